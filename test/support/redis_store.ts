import { systemClock } from "../../src/domain/clock.js";
import type { Durability } from "../../src/store/redis/durability.js";
import {
  openRedisStore,
  type RedisStore,
  type RedisStoreOptions,
} from "../../src/store/redis/redis_store.js";
import { singleServer } from "../../src/store/redis/topology.js";
import type { RedisProcess } from "./redis.js";
import { lifetimes } from "./tickets.js";

/** What a store has told of itself. */
export interface Told {
  readonly availability: { isAvailable: boolean; reason: string | undefined }[];
  readonly durability: Durability[];
  readonly skews: number[];
}

/** Nobody signs in. */
export const noLogin = {
  username: undefined,
  password: undefined,
  database: 0,
  tls: undefined,
  mayBePlain: () => true,
};

/** Opens a store on a server, with the defaults of the configuration but for safety re-reading, which is off. */
export async function openTestStore(
  redis: Pick<RedisProcess, "address">,
  changes: Partial<RedisStoreOptions> = {},
): Promise<RedisStore & { readonly told: Told }> {
  const told: Told = { availability: [], durability: [], skews: [] };
  const store = await openRedisStore({
    ...{ topology: singleServer(redis.address), login: noLogin, keyPrefix: "qrlogin:", replicas: 0 },
    ...{ timeout: 1_000, reread: 0, requireDurable: false, lifetimes, clock: systemClock },
    caps: { maxTickets: 1_000_000, maxTicketsPerApp: 1_000_000 },
    events: {
      onAvailability: (isAvailable, reason) => void told.availability.push({ isAvailable, reason }),
      onDurability: (durability) => void told.durability.push(durability),
      onSkew: (skew) => void told.skews.push(skew),
    },
    ...changes,
  });
  return { ...store, told };
}
