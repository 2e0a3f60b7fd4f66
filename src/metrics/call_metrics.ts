import { limitNames } from "../domain/limits.js";
import { errorReasons } from "../domain/ticket_error.js";
import type { CallObserver } from "../server/calls/call_observer.js";
import { callCodes } from "../server/messages/errors.js";
import { undeclared } from "./instruments.js";
import type { MetricsRegistry } from "./registry.js";

/**
 * Upper bounds of durations in seconds: those of gRFC A66 from 0.1 ms to 10 s, thinned out where nobody needs a
 * percentile to two digits.
 */
export const durationBounds: readonly number[] = [
  ...[0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2, 5, 10],
];

/**
 * Returns the status of a call as the label of its duration: `OK`, or the same for every error. Durations by each code
 * would be twenty series for each method and code, most of them empty. Counters tell the codes apart.
 */
export function outcomeOf(codeName: string): string {
  return codeName === "OK" ? codeName : undeclared;
}

/** The values of {@link outcomeOf}. */
export const outcomes: readonly string[] = ["OK", undeclared];

/** Creates the metrics of calls, with the names of gRFC A66 in the spelling of Prometheus. */
export function createCallMetrics(registry: MetricsRegistry): CallObserver {
  const started = registry.counter({
    name: "grpc_server_call_started_total",
    help: "Calls that have started.",
    labels: ["grpc_method"],
  });
  const durations = registry.histogram({
    name: "grpc_server_call_duration_seconds",
    help: "Time from the complete request to the end of the call. A watch lasts as long as it is open.",
    labels: ["grpc_method", "grpc_status"],
    bounds: durationBounds,
  });
  const ended = registry.counter({
    name: "qrlogin_calls_total",
    help: "Calls that have ended, by their gRPC code.",
    labels: ["grpc_method", "grpc_status"],
  });
  const errors = registry.counter({
    name: "qrlogin_call_errors_total",
    help: "Calls that ended with an error of the service, by its reason.",
    labels: ["reason"],
    series: errorReasons.map((reason) => ({ reason })),
  });
  const limited = registry.counter({
    name: "qrlogin_limited_calls_total",
    help: "Calls that were rejected by a limit, by the name of the limit.",
    labels: ["limit"],
    series: limitNames.map((limit) => ({ limit })),
  });
  const unknown = started.declare({ grpc_method: undeclared });
  return {
    onUnknownMethod: () => unknown.add(),
    ofMethod(name) {
      const startedCalls = started.declare({ grpc_method: name });
      const [succeeded, failed] = outcomes.map((outcome) =>
        durations.declare({ grpc_method: name, grpc_status: outcome }),
      );
      const endedByCode = new Map(
        callCodes.map((code) => [code, ended.declare({ grpc_method: name, grpc_status: code })]),
      );
      return {
        onStart: () => startedCalls.add(),
        onEnd(code, error, durationMs) {
          (code === "OK" ? succeeded : failed)?.observe(durationMs / 1_000);
          (endedByCode.get(code) ?? ended.with({ grpc_method: name, grpc_status: code })).add();
          if (!error) return;
          errors.with({ reason: error.reason }).add();
          if (error.exceededLimit !== undefined) limited.with({ limit: error.exceededLimit }).add();
        },
      };
    },
  };
}
