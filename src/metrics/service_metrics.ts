import type { CallObserver } from "../server/calls/call_observer.js";
import type { ServerLoad } from "../server/grpc_server.js";
import { createCallMetrics } from "./call_metrics.js";
import type { MetricsRegistry } from "./registry.js";

/** The observers of a service. */
export interface ServiceObservers {
  readonly calls: CallObserver;
  /** Called once when the server runs, with a function that returns its load at the moment. */
  onServerStart(loadOf: () => ServerLoad): void;
}

/** Creates the metrics of a service, one for each process that serves gRPC. */
export function createServiceMetrics(registry: MetricsRegistry): ServiceObservers {
  return {
    calls: createCallMetrics(registry),
    onServerStart(loadOf) {
      const connections = registry
        .gauge({ name: "qrlogin_connections", help: "Open connections of gRPC clients." })
        .with({});
      const inProgress = registry.gauge({
        name: "qrlogin_calls_in_progress",
        help: "Calls in progress: unary calls, and open watches of tickets.",
        labels: ["kind"],
      });
      const calls = inProgress.with({ kind: "call" });
      const watches = inProgress.with({ kind: "watch" });
      registry.beforeScrape(() => {
        const load = loadOf();
        connections.set(load.connections);
        calls.set(load.calls);
        watches.set(load.watches);
      });
    },
  };
}
