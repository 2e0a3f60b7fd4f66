import { onTestFinished } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { newTicketId } from "../../../src/domain/secrets.js";
import type { Ticket } from "../../../src/domain/ticket.js";
import type { Durability } from "../../../src/store/redis/monitor/durability.js";
import {
  openRedisStore,
  type RedisStore,
  type RedisStoreOptions,
} from "../../../src/store/redis/redis_store.js";
import { createSingleServerTopology } from "../../../src/store/redis/topology/topology.js";
import { StoreUnavailableError, type TicketStore } from "../../../src/store/ticket_store.js";
import { eventually } from "../eventually.js";
import { lifetimes, ticketIn } from "../tickets.js";
import type { RedisProcess } from "./redis_process.js";

/** Reports of a store. */
export interface RecordedEvents {
  readonly availability: { isAvailable: boolean; reason: string | undefined }[];
  readonly reconnectFailures: string[];
  readonly durability: Durability[];
  readonly skews: number[];
}

export type TestStore = RedisStore & { readonly recorded: RecordedEvents };

/** Connection options without credentials and TLS. */
export const plainConnectionOptions = {
  username: undefined,
  password: undefined,
  database: 0,
  tls: undefined,
  allowsPlaintext: () => true,
};

/**
 * Opens a store on a server, with the defaults of the configuration except for two. There is no periodic
 * refresh. The time-out is long, since a shared machine may stall Redis for a second; a test of the time-out
 * sets a short one.
 */
export async function openTestStore(
  redis: Pick<RedisProcess, "address">,
  changes: Partial<RedisStoreOptions> = {},
): Promise<TestStore> {
  const recorded: RecordedEvents = { availability: [], reconnectFailures: [], durability: [], skews: [] };
  const store = await openRedisStore({
    ...{
      topology: createSingleServerTopology(redis.address),
      connectionOptions: plainConnectionOptions,
      keyPrefix: "qrlogin:",
    },
    ...{ replicaAcks: 0, replicaFsync: false },
    ...{ timeout: 10_000, refreshInterval: 0, requireDurable: false, lifetimes, clock: systemClock },
    ticketLimits: { maxTickets: 1_000_000, maxTicketsPerApp: 1_000_000 },
    events: {
      onAvailability: (isAvailable, reason) => void recorded.availability.push({ isAvailable, reason }),
      onReconnectFailure: (reason) => void recorded.reconnectFailures.push(reason),
      onDurability: (durability) => void recorded.durability.push(durability),
      onClockSkew: (skew) => void recorded.skews.push(skew),
    },
    ...changes,
  });
  return { ...store, recorded };
}

/** Opens a store as {@link openTestStore} does. It is closed at the end of the test. */
export async function useTestStore(...given: Parameters<typeof openTestStore>): Promise<TestStore> {
  const store = await openTestStore(...given);
  onTestFinished(() => store.close());
  return store;
}

/** Creates a ticket in the store. */
export async function createTicketIn(store: RedisStore, changes: Partial<Ticket> = {}): Promise<Ticket> {
  const ticket = ticketIn("PENDING", { expiresAt: store.clock.now() + 120_000, ...changes });
  await store.create(ticket);
  return ticket;
}

/** Outcome of a call: done, or failed because Redis is unavailable, in which case it may have been written. */
export async function outcomeOf(call: Promise<unknown>): Promise<"done" | StoreUnavailableError["outcome"]> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error.outcome;
    throw error;
  }
}

/** Waits until the store responds. */
export async function waitUntilAvailable(store: TicketStore): Promise<void> {
  await eventually(async () => void (await store.get(newTicketId())));
}

/** Waits until the store fails at once, as it does while Redis is unavailable. */
export async function waitUntilUnavailable(store: TicketStore): Promise<void> {
  const failsAtOnce = async () => {
    if ((await outcomeOf(store.get(newTicketId()))) === "done") throw new Error("the store responds");
  };
  await eventually(failsAtOnce);
}
