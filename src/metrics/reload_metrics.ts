import type { Clock } from "../base/clock.js";
import type { MetricsRegistry } from "./registry.js";

/** Result of a reload of the configuration. */
export type ReloadResult = "success" | "failure";

/** Creates the metrics of reloads, and returns a function that counts one. The start counts as the last success. */
export function createReloadMetrics(
  registry: MetricsRegistry,
  clock: Pick<Clock, "wallNow">,
): (result: ReloadResult) => void {
  const reloads = registry.counter({
    name: "qrlogin_reloads_total",
    help: "Reloads of the configuration since the start, by their result.",
    labels: ["result"],
  });
  const byResult = {
    success: reloads.declare({ result: "success" }),
    failure: reloads.declare({ result: "failure" }),
  };
  const lastSuccess = registry
    .gauge({
      name: "qrlogin_config_last_reload_success_timestamp_seconds",
      help: "Time at which the running configuration was loaded.",
    })
    .with({});
  const isCurrent = registry
    .gauge({
      name: "qrlogin_config_last_reload_successful",
      help: "Whether the configuration on disk can be used: 1, or 0 after a reload that failed.",
    })
    .with({});
  lastSuccess.set(clock.wallNow() / 1_000);
  isCurrent.set(1);
  return (result) => {
    byResult[result].add();
    isCurrent.set(result === "success" ? 1 : 0);
    if (result === "success") lastSuccess.set(clock.wallNow() / 1_000);
  };
}
