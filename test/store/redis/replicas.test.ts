import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { newTicketId } from "../../../src/domain/secrets.js";
import { encodeTicket } from "../../../src/store/redis/ticket_codec.js";
import { createManualClock, flushPromises } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { commandCounts } from "../../support/redis/redis_commands.js";
import { hasRedis, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  outcomeOf,
  useTestStore,
  waitUntilUnavailable,
} from "../../support/redis/redis_test_store.js";
import { type ReplicatedRedis, startReplicatedRedis } from "../../support/redis/replicated_redis.js";
import { type RedisProxy, startRedisProxy } from "../../support/redis_proxy.js";
import { nextRevisionOf, ticketIn } from "../../support/tickets.js";

describe.skipIf(!hasRedis)(`a store that waits for replicas${withoutRedis}`, () => {
  let redis: ReplicatedRedis;
  beforeAll(async () => {
    redis = await startReplicatedRedis(2);
  });
  beforeEach(() => redis.waitUntilReplicated());
  afterAll(() => redis.release());

  const open = (changes = {}) => useTestStore(redis.primary, { replicaAcks: 2, ...changes });
  const keyOf = ({ id }: { id: string }) => `qrlogin:t:{${id}}`;

  /**
   * Opens a store for tests in which a time-out expires: a short one, and without the store's heartbeat, which
   * would delay the commands behind it. So the store reconnects by a clock of the test.
   */
  async function openWithShortTimeout() {
    const clock = createManualClock(Date.now());
    const store = await open({ timeout: 2_000, clock });
    const waitUntilReplies = () =>
      eventually(async () => {
        await clock.advanceAsync(1_000);
        await store.get(newTicketId());
      });
    return { store, waitUntilReplies };
  }

  /** Pauses a replica during the work. */
  async function withPausedReplica<T>(work: () => Promise<T>): Promise<T> {
    redis.replicas[1]?.pause();
    try {
      return await work();
    } finally {
      redis.replicas[1]?.resume();
    }
  }

  test("a write is not reported as done unless all replicas have it", async () => {
    const { store, waitUntilReplies } = await openWithShortTimeout();
    const ticket = await createTicketIn(store);
    const next = nextRevisionOf(ticket);
    expect(await withPausedReplica(() => outcomeOf(store.replace(next, ticket.writeId)))).toBe("unknown");
    await waitUntilReplies();
    expect(await store.get(ticket.id)).toEqual(next);
  });

  test("a read does not return a write that a replica may not have", async () => {
    const { store, waitUntilReplies } = await openWithShortTimeout();
    const ticket = await createTicketIn(store);
    const next = nextRevisionOf(ticket, { state: "CANCELLED" });
    await withPausedReplica(async () => {
      // By a client that does not wait for replicas.
      await redis.primary.command("SET", keyOf(ticket), encodeTicket(next));
      expect(await outcomeOf(store.get(ticket.id))).toBe("not written");
    });
    await waitUntilReplies();
    expect(await store.get(ticket.id)).toEqual(next);
  });

  test("a store rejects every command while a replica is paused, reports why, and recovers by itself", async () => {
    const { store, waitUntilReplies } = await openWithShortTimeout();
    await withPausedReplica(async () => {
      expect(await outcomeOf(store.create(ticketIn("PENDING")))).toBe("unknown");
      await waitUntilUnavailable(store);
      expect(store.recorded.availability.at(-1)).toEqual({
        isAvailable: false,
        reason: `${redis.primary.address}: 1 of 2 replicas acknowledged in time`,
      });
    });
    await waitUntilReplies();
    expect(store.recorded.availability.at(-1)).toEqual({ isAvailable: true, reason: undefined });
  });

  test("a write that was not even sent is reported as not written", async () => {
    const { store, waitUntilReplies } = await openWithShortTimeout();
    const ticket = await createTicketIn(store);
    const waiting = ticketIn("PENDING", { expiresAt: store.clock.now() + 120_000 });
    redis.primary.pause();
    const sent = outcomeOf(store.replace(nextRevisionOf(ticket), ticket.writeId));
    // In the next turn of the event loop, the connection waits for the replicas.
    await flushPromises();
    const unsent = outcomeOf(store.create(waiting));
    expect([await sent, await unsent]).toEqual(["unknown", "not written"]);
    redis.primary.resume();
    await waitUntilReplies();
    expect(await store.get(waiting.id)).toBeUndefined();
  });

  test("a store does not start while there are too few replicas", async () => {
    // There is no file to wait for, and a Redis before 7.2 lacks the command.
    await expect(open({ replicaFsync: true, timeout: 2_000 })).rejects.toThrow(
      /cannot be used with store\.redis\.replicaFsync, which needs Redis 7\.2 or later and appendonly yes/,
    );
    await expect(open({ replicaAcks: 3, timeout: 2_000 })).rejects.toThrow(
      `Redis at ${redis.primary.address} cannot be used: 2 of 3 replicas acknowledged in time`,
    );
  });

  test("a store waits once for many writes", async () => {
    // Without the heartbeat, which waits as well.
    const store = await open({ clock: createManualClock(Date.now()) });
    await redis.primary.command("CONFIG", "RESETSTAT");
    await Promise.all(Array.from({ length: 300 }, () => createTicketIn(store)));
    const counts = await commandCounts(redis.primary);
    expect(counts.get("evalsha")).toBe(300);
    expect(counts.get("wait")).toBeLessThan(10);
  });

  test("a store waits once for many reads, with one barrier key", async () => {
    // Without the heartbeat, which waits as well.
    const store = await open({ clock: createManualClock(Date.now()) });
    const tickets = await Promise.all(Array.from({ length: 300 }, () => createTicketIn(store)));
    await redis.primary.command("CONFIG", "RESETSTAT");
    expect(await Promise.all(tickets.map(({ id }) => store.get(id)))).toEqual(tickets);
    const counts = await commandCounts(redis.primary);
    expect(counts.get("get")).toBe(300);
    expect(counts.get("wait")).toBeLessThan(10);
    expect(counts.get("set")).toBe(counts.get("wait"));
  });
});

describe.skipIf(!hasRedis)(`a primary that has been replaced without its knowledge${withoutRedis}`, () => {
  /** Starts a primary and a replica with a link that the test can freeze without either server noticing. */
  async function pair() {
    let link: RedisProxy | undefined;
    const redis = await startReplicatedRedis(1, async (primary) => {
      link = await startRedisProxy(primary.address);
      return link.port;
    });
    onTestFinished(() => redis.release());
    const [replica] = redis.replicas;
    if (!replica || !link) throw new Error("there is no replica");
    return { ...redis, replica, link };
  }

  test("the replies of a primary that was paused during the failover are rejected", async () => {
    const { primary, replica } = await pair();
    const store = await useTestStore(primary, {
      ...{ replicaAcks: 1, timeout: 3_000 },
      clock: createManualClock(Date.now()),
    });
    const ticket = await createTicketIn(store);
    primary.pause();
    await replica.command("REPLICAOF", "NO", "ONE");
    const cancelled = nextRevisionOf(ticket, { state: "CANCELLED" });
    const successor = await useTestStore(replica);
    expect(await successor.replace(cancelled, ticket.writeId)).toBe(true);
    // Sent while it is paused: it finds the commands when it resumes.
    const read = outcomeOf(store.get(ticket.id));
    const write = outcomeOf(store.replace(nextRevisionOf(ticket, { state: "EXCHANGED" }), ticket.writeId));
    primary.resume();
    expect(await read).toBe("not written");
    expect(await write).toBe("unknown");
    expect(await successor.get(ticket.id)).toEqual(cancelled);
  });

  test("the replies of a primary that still counts the promoted replica are rejected", async () => {
    const { primary, replica, link, waitUntilAcknowledged } = await pair();
    // Without the heartbeat's writes.
    const store = await useTestStore(primary, {
      ...{ replicaAcks: 1, timeout: 2_000 },
      clock: createManualClock(Date.now()),
    });
    const ticket = await createTicketIn(store);
    await waitUntilAcknowledged();
    link.freeze();
    await replica.command("REPLICAOF", "NO", "ONE");
    expect(await primary.command("WAIT", 1, 50)).toBe(1);
    expect(await outcomeOf(store.get(ticket.id))).toBe("not written");
  });
});
