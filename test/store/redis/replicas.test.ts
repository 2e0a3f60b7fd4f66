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
   * For tests in which a time-out runs out: soon, and without the store's own test of the connection, once a second, which would hold up
   * what is asked behind it. So it comes back by a clock of its own.
   */
  async function openHasty() {
    const clock = createManualClock(Date.now());
    const store = await open({ timeout: 2_000, clock });
    const answersAgain = () =>
      eventually(async () => {
        await clock.advanceAsync(1_000);
        await store.get(newTicketId());
      });
    return { store, answersAgain };
  }

  /** Holds a replica still while something is done. */
  async function without<T>(work: () => Promise<T>): Promise<T> {
    redis.replicas[1]?.pause();
    try {
      return await work();
    } finally {
      redis.replicas[1]?.resume();
    }
  }

  test("does not say of a write that it was done unless all of them have it", async () => {
    const { store, answersAgain } = await openHasty();
    const ticket = await createTicketIn(store);
    const next = nextRevisionOf(ticket);
    expect(await without(() => outcomeOf(store.replace(next, ticket.writeId)))).toBe("unknown");
    await answersAgain();
    expect(await store.get(ticket.id)).toEqual(next);
  });

  test("does not show a write that one of them may not have", async () => {
    const { store, answersAgain } = await openHasty();
    const ticket = await createTicketIn(store);
    const next = nextRevisionOf(ticket, { state: "CANCELLED" });
    await without(async () => {
      // By somebody who waits for nobody.
      await redis.primary.command("SET", keyOf(ticket), encodeTicket(next));
      expect(await outcomeOf(store.get(ticket.id))).toBe("not written");
    });
    await answersAgain();
    expect(await store.get(ticket.id)).toEqual(next);
  });

  test("answers nothing while one of them is away, says why, and goes on by itself", async () => {
    const { store, answersAgain } = await openHasty();
    await without(async () => {
      expect(await outcomeOf(store.create(ticketIn("PENDING")))).toBe("unknown");
      await waitUntilUnavailable(store);
      expect(store.recorded.availability.at(-1)).toEqual({
        isAvailable: false,
        reason: `${redis.primary.address}: 1 of 2 replicas confirmed in time`,
      });
    });
    await answersAgain();
    expect(store.recorded.availability.at(-1)).toEqual({ isAvailable: true, reason: undefined });
  });

  test("knows of what it had not even sent that it was not written", async () => {
    const { store, answersAgain } = await openHasty();
    const ticket = await createTicketIn(store);
    const waiting = ticketIn("PENDING", { expiresAt: store.clock.now() + 120_000 });
    redis.primary.pause();
    const sent = outcomeOf(store.replace(nextRevisionOf(ticket), ticket.writeId));
    // The next turn finds the connection waiting for the replicas.
    await flushPromises();
    const unsent = outcomeOf(store.create(waiting));
    expect([await sent, await unsent]).toEqual(["unknown", "not written"]);
    redis.primary.resume();
    await answersAgain();
    expect(await store.get(waiting.id)).toBeUndefined();
  });

  test("does not start while there are fewer", async () => {
    // There is no file to wait for; and a Redis before 7.2 does not know how to.
    await expect(open({ replicaFsync: true, timeout: 2_000 })).rejects.toThrow(
      /cannot be used with store\.redis\.replicaFsync, which needs Redis 7\.2 or later and appendonly yes/,
    );
    await expect(open({ replicaAcks: 3, timeout: 2_000 })).rejects.toThrow(
      `Redis at ${redis.primary.address} cannot be used: 2 of 3 replicas confirmed in time`,
    );
  });

  test("waits once for many writes", async () => {
    // Without the store's own test of the connection, once a second, which waits as well.
    const store = await open({ clock: createManualClock(Date.now()) });
    await redis.primary.command("CONFIG", "RESETSTAT");
    await Promise.all(Array.from({ length: 300 }, () => createTicketIn(store)));
    const counts = await commandCounts(redis.primary);
    expect(counts.get("evalsha")).toBe(300);
    expect(counts.get("wait")).toBeLessThan(10);
  });

  test("waits once for many reads, and writes one key that means nothing for them", async () => {
    // Without the store's own test of the connection, once a second, which waits as well.
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

describe.skipIf(!hasRedis)(`a primary that does not know that it is one no longer${withoutRedis}`, () => {
  /** A primary with one replica, whose way to it the test may cut without either of them noticing. */
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

  test("is not believed when it was held still past the failover", async () => {
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
    // Asked while it is still: it finds the question when it goes on.
    const read = outcomeOf(store.get(ticket.id));
    const write = outcomeOf(store.replace(nextRevisionOf(ticket, { state: "EXCHANGED" }), ticket.writeId));
    primary.resume();
    expect(await read).toBe("not written");
    expect(await write).toBe("unknown");
    expect(await successor.get(ticket.id)).toEqual(cancelled);
  });

  test("is not believed while it still counts on the replica that has been promoted", async () => {
    const { primary, replica, link, waitUntilAcknowledged } = await pair();
    // Without the store's own writes, once a second.
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
