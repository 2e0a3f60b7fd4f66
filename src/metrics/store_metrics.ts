import type { StoreEvents } from "../store/redis/store_events.js";
import { type StoreObserver, storeOperations, storeOutcomes } from "../store/store_observer.js";
import { durationBounds } from "./call_metrics.js";
import { combinationsOf } from "./instruments.js";
import type { MetricsRegistry } from "./registry.js";

/** Observers of a store that other nodes share. */
export interface SharedStoreObservers {
  readonly operations: StoreObserver;
  readonly events: StoreEvents;
  /** Reports whether the nodes count limits together. */
  onRateSharing(isShared: boolean): void;
}

/** Creates the metrics of a store in Redis. The embedded store has none: it never waits and never fails. */
export function createStoreMetrics(registry: MetricsRegistry): SharedStoreObservers {
  const durations = registry.histogram({
    name: "qrlogin_store_operation_duration_seconds",
    help: "Time that operations of the store in Redis take, replication included.",
    labels: ["operation", "outcome"],
    series: combinationsOf({ operation: storeOperations, outcome: storeOutcomes }),
    bounds: durationBounds,
  });
  const available = registry.gauge({
    name: "qrlogin_store_available",
    help: "1 while at least one primary of Redis is reachable.",
    aggregation: "min",
  });
  const complete = registry.gauge({
    name: "qrlogin_store_complete",
    help: "1 while all primaries of Redis are reachable.",
    aggregation: "min",
  });
  const durable = registry.gauge({
    name: "qrlogin_store_durable",
    help: "1 if Redis keeps acknowledged writes, 0 if the level is best effort.",
    aggregation: "min",
  });
  const skew = registry.gauge({
    name: "qrlogin_clock_skew_seconds",
    help: "Time by which the clock of this machine is ahead of that of Redis.",
    aggregation: "max",
  });
  const shared = registry.gauge({
    name: "qrlogin_limits_shared",
    help: "1 while the nodes count limits together in Redis.",
    aggregation: "min",
  });
  // A store that cannot be reached at the start prevents it.
  for (const gauge of [available, complete, shared]) gauge.with({}).set(1);
  return {
    operations: {
      onOperation: (operation, outcome, durationMs) =>
        durations.with({ operation, outcome }).observe(durationMs / 1_000),
    },
    events: {
      onAvailability(isAvailable, reason) {
        available.with({}).set(isAvailable ? 1 : 0);
        complete.with({}).set(reason === undefined ? 1 : 0);
      },
      // The log has the reasons, which are no labels.
      onReconnectFailure() {},
      onDurability: ({ level }) => durable.with({}).set(level === "durable" ? 1 : 0),
      onClockSkew: (skewMs) => skew.with({}).set(skewMs / 1_000),
    },
    onRateSharing: (isShared) => shared.with({}).set(isShared ? 1 : 0),
  };
}
