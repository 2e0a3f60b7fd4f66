import type { Logger } from "pino";
import type { Config } from "../config/config.js";
import { createProcessLog, type LogEnvironment, type LogLosses } from "../log/process_log.js";
import { activeTraceFields, startTracing, type Tracing } from "../tracing/tracing.js";

/** The log of a process, and its traces if the environment asks for them. */
export interface Telemetry {
  readonly log: Logger;
  /** Lines that the log has dropped, for metrics. */
  readonly losses: Readonly<LogLosses>;
  readonly tracing: Tracing | undefined;
}

/**
 * Creates the log of a process and starts its traces. Lines within a span then have its ids.
 *
 * @param name Name of the process in traces, without `OTEL_SERVICE_NAME`; undefined for a process without spans.
 * @throws Error with one line if the environment asks for traces that cannot be made.
 */
export async function startTelemetry(
  config: Pick<Config, "log" | "development">,
  name: "qrlogin" | "qrlogin-gateway" | undefined,
  environment: LogEnvironment,
): Promise<Telemetry> {
  const tracing = name && (await startTracing(environment.env, name));
  const lineFields = tracing && activeTraceFields;
  const losses = { lines: 0 };
  const { development } = config;
  const log = createProcessLog(config.log, { development, losses, lineFields }, environment);
  tracing?.reportTo(log);
  return { log, losses, tracing };
}
