import type { AuthObserver } from "../auth/auth_observer.js";
import type { Clock } from "../base/clock.js";
import type { ImageObserver } from "../qr/image_observer.js";
import type { CallObserver } from "../server/calls/call_observer.js";
import type { ServerLoad } from "../server/grpc_server.js";
import type { Http2Observer } from "../server/http2/http2_limits.js";
import { limitEvents } from "../server/http2/limit_event_log.js";
import { createAuthMetrics } from "./auth_metrics.js";
import { createCallMetrics } from "./call_metrics.js";
import { createImageMetrics } from "./image_metrics.js";
import type { MetricsRegistry } from "./registry.js";
import { createStoreMetrics, type SharedStoreObservers } from "./store_metrics.js";
import { createTicketMetrics, type TicketMetrics } from "./ticket_metrics.js";

/** The observers of a service. */
export interface ServiceObservers {
  readonly calls: CallObserver & Pick<Http2Observer, "onLimit">;
  readonly tickets: TicketMetrics;
  readonly auth: AuthObserver;
  readonly images: ImageObserver;
  /** Observers of a store that other nodes share; undefined for the embedded one. */
  readonly sharedStore: SharedStoreObservers | undefined;
  /** Called once when the server runs, with a function that returns its load at the moment. */
  onServerStart(loadOf: () => ServerLoad): void;
}

export interface ServiceMetricsOptions {
  readonly clock: Clock;
  readonly storeKind: "memory" | "redis";
}

/** Creates the metrics of a service, one for each process that serves gRPC. */
export function createServiceMetrics(
  registry: MetricsRegistry,
  { clock, storeKind }: ServiceMetricsOptions,
): ServiceObservers {
  const limits = registry.counter({
    name: "qrlogin_connection_limits_total",
    help: "Connections, requests and responses that a limit of the port has ended, by event.",
    labels: ["event"],
    series: limitEvents.map((event) => ({ event })),
  });
  return {
    calls: {
      ...createCallMetrics(registry),
      onLimit: (event) => limits.with({ event }).add(),
    },
    tickets: createTicketMetrics(registry, { clock, seesAllWrites: storeKind === "memory" }),
    auth: createAuthMetrics(registry),
    images: createImageMetrics(registry),
    sharedStore: storeKind === "redis" ? createStoreMetrics(registry) : undefined,
    onServerStart(loadOf) {
      const connections = registry
        .gauge({ name: "qrlogin_connections", help: "Open connections of gRPC clients." })
        .with({});
      const inProgress = registry.gauge({
        name: "qrlogin_calls_in_progress",
        help: "Calls in progress: unary calls, and open watches of tickets.",
        labels: ["kind"],
      });
      const calls = inProgress.declare({ kind: "call" });
      const watches = inProgress.declare({ kind: "watch" });
      registry.beforeScrape(() => {
        const load = loadOf();
        connections.set(load.connections);
        calls.set(load.calls);
        watches.set(load.watches);
      });
    },
  };
}
