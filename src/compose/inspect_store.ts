import type { Clock } from "../base/clock.js";
import type { StoreConfig, TicketsConfig } from "../config/config.js";
import { openRedisStore } from "../store/redis/redis_store.js";
import { lifetimesOf, redisStoreOptionsOf } from "./store.js";

/** Report of a store in Redis about itself. */
export interface StoreReport {
  /** Product, version and address of each server. */
  readonly servers: string;
  readonly durability: { readonly level: "durable" | "best effort"; readonly reason: string };
  /** Lead of this machine's clock over Redis's, in milliseconds. */
  readonly clockSkewMs: number;
}

/**
 * Opens the configured store in Redis as the service does, with all its checks, and closes it again. Writes only keys
 * that hold no data and expire within seconds.
 *
 * @throws Error with one line that names the fault.
 */
export async function inspectRedisStore(
  config: StoreConfig,
  tickets: TicketsConfig,
  clock: Clock,
): Promise<StoreReport> {
  const report = {
    servers: "",
    durability: { level: "best effort", reason: "it was not assessed" } as StoreReport["durability"],
    clockSkewMs: 0,
  };
  const store = await openRedisStore({
    ...redisStoreOptionsOf(config, { clock, lifetimes: lifetimesOf(tickets) }),
    events: {
      onAvailability() {},
      onReconnectFailure() {},
      onDurability(durability, servers) {
        Object.assign(report, { durability, servers });
      },
      onClockSkew(clockSkewMs) {
        Object.assign(report, { clockSkewMs });
      },
    },
  });
  await store.close();
  return report;
}
