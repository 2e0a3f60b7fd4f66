import type { LogLosses } from "../log/process_log.js";
import type { MetricsRegistry } from "./registry.js";

/** Adds the metric of a process's log. */
export function addLogMetrics(registry: MetricsRegistry, losses: Readonly<LogLosses>): void {
  const dropped = registry
    .counter({
      name: "qrlogin_log_lines_dropped_total",
      help: "Lines of the log that could not be written in time.",
    })
    .with({});
  registry.beforeScrape(() => dropped.add(losses.lines - dropped.value));
}
