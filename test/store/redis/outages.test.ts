import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createManualClock, flushPromises } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import {
  commandCounts,
  infoOf,
  killStoreConnections,
  recordCommands,
} from "../../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  outcomeOf,
  useTestStore,
  waitUntilAvailable,
  waitUntilUnavailable,
} from "../../support/redis/redis_test_store.js";
import { nextRevisionOf, ticketIn } from "../../support/tickets.js";

describe.skipIf(!hasRedis)(`a store whose Redis fails${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeEach(async () => {
    redis = await startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  });
  afterEach(() => redis.release());

  /** Resolves with the time that a rejected call takes, in milliseconds. */
  async function timeToReject(call: () => Promise<unknown>): Promise<number> {
    const before = performance.now();
    expect(await outcomeOf(call())).toBe("not written");
    return performance.now() - before;
  }

  test("a store rejects at once while Redis is down, and has everything again when it is back", async () => {
    const store = await useTestStore(redis, { timeout: 5_000 });
    const ticket = await createTicketIn(store);
    await redis.kill();
    await waitUntilUnavailable(store);
    for (const call of [
      () => store.get(ticket.id),
      () => store.create(ticketIn("PENDING")),
      () => store.replace(nextRevisionOf(ticket), ticket.writeId),
      () => store.subscribe(ticket.id, () => {}),
    ]) {
      expect(await timeToReject(call)).toBeLessThan(4_000);
    }
    expect(store.recorded.availability.map(({ isAvailable }) => isAvailable)).toEqual([false]);
    await redis.restart();
    await waitUntilAvailable(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    expect(store.recorded.availability.at(-1)).toEqual({ isAvailable: true, reason: undefined });
    // An outage does not make a durable Redis less durable.
    expect(store.recorded.durability.map(({ level }) => level)).toEqual(["durable"]);
  });

  test("a server that accepts connections and then breaks them is reopened with growing pauses", async () => {
    const clock = createManualClock(Date.now());
    const store = await useTestStore(redis, { clock });
    const { id } = await createTicketIn(store);
    const opened = async () => (await commandCounts(redis)).get("script|load") ?? 0;
    const breakConnections = async () => {
      await killStoreConnections(redis);
      await eventually(() => expect(store.recorded.availability.at(-1)?.isAvailable).toBe(false));
    };
    const reopen = async (ms: number) => {
      const before = await opened();
      clock.advance(ms);
      await eventually(async () => expect(await opened()).toBe(before + 1));
      await eventually(() => expect(store.recorded.availability.at(-1)?.isAvailable).toBe(true));
    };
    await breakConnections();
    await reopen(0);
    for (const limit of [50, 100, 200, 400, 800, 1_000, 1_000]) {
      await breakConnections();
      const before = await opened();
      clock.advance(limit / 2 - 1);
      await flushPromises();
      expect(await outcomeOf(store.get(id))).toBe("not written");
      expect(await opened()).toBe(before);
      await reopen(limit);
    }
  });

  test("a store reports why it cannot be reached again, once for each reason in a row", async () => {
    const store = await useTestStore(redis);
    await redis.command("ACL", "SETUSER", "default", "-script");
    await killStoreConnections(redis);
    await eventually(() => expect(store.recorded.reconnectFailures).not.toEqual([]));
    await waitUntilUnavailable(store);
    expect(store.recorded.reconnectFailures).toEqual([
      expect.stringContaining(`Redis at ${redis.address} does not permit a required command`),
    ]);
    await redis.command("ACL", "SETUSER", "default", "+script");
    await waitUntilAvailable(store);
  });

  test("a paused Redis costs one time-out, and none after that", async () => {
    const store = await useTestStore(redis, { timeout: 5_000 });
    const ticket = await createTicketIn(store);
    redis.pause();
    const [read, write] = await Promise.all([
      outcomeOf(store.get(ticket.id)),
      outcomeOf(store.replace(nextRevisionOf(ticket), ticket.writeId)),
    ]);
    expect([read, write]).toEqual(["not written", "unknown"]);
    expect(await timeToReject(() => store.get(ticket.id))).toBeLessThan(4_000);
    const again = () => store.replace(nextRevisionOf(ticket), ticket.writeId);
    expect(await timeToReject(again)).toBeLessThan(4_000);
    redis.resume();
    await waitUntilAvailable(store);
  });

  test("a store notices a paused Redis without any call", async () => {
    const store = await useTestStore(redis, { timeout: 1_000 });
    redis.pause();
    await eventually(() => expect(store.recorded.availability.at(-1)?.isAvailable).toBe(false));
    redis.resume();
    await eventually(() => expect(store.recorded.availability.at(-1)?.isAvailable).toBe(true));
  });

  test("a write that was cut off and is executed later overwrites no other write", async () => {
    const store = await useTestStore(redis, { timeout: 1_000 });
    const ticket = await createTicketIn(store);
    redis.pause();
    const late = nextRevisionOf(ticket, { state: "EXPIRED" });
    expect(await outcomeOf(store.replace(late, ticket.writeId))).toBe("unknown");
    redis.resume();
    await waitUntilAvailable(store);
    const first = await store.get(ticket.id);
    const next = nextRevisionOf(ticket, { state: "CANCELLED" });
    const won = await store.replace(next, ticket.writeId);
    expect(first?.writeId).toBe(won ? ticket.writeId : late.writeId);
    expect((await store.get(ticket.id))?.writeId).toBe(won ? next.writeId : late.writeId);
  });

  test("a store reconnects by itself whenever its connections break", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    for (let cut = 0; cut < 5; cut++) {
      expect(await killStoreConnections(redis)).toBeGreaterThan(0);
      await waitUntilAvailable(store);
      expect(await store.get(ticket.id)).toEqual(ticket);
    }
  });

  test("a store sends no command twice, whatever connection breaks", async () => {
    const store = await useTestStore(redis);
    const recorded = await recordCommands(redis);
    const tickets = Array.from({ length: 400 }, () => ticketIn("PENDING"));
    const outcomes: string[] = [];
    for (const [index, ticket] of tickets.entries()) {
      const created = outcomeOf(store.create(ticket)).then((outcome) => void outcomes.push(outcome));
      if (index % 100 === 50) await killStoreConnections(redis);
      if (index % 10 === 0) await created;
    }
    await eventually(() => expect(outcomes).toHaveLength(tickets.length));
    await waitUntilAvailable(store);
    const done = outcomes.filter((outcome) => outcome === "done").length;
    const sent = recorded.filter(([name]) => name === "EVALSHA").map((words) => words[3]);
    expect(new Set(sent).size).toBe(sent.length);
    const written = recorded.filter(([name, key]) => name === "SET" && key?.startsWith("qrlogin:t:"));
    expect(done).toBeGreaterThan(0);
    expect(written.length).toBeGreaterThanOrEqual(done);
    expect(new Set(written.map(([, key]) => key)).size).toBe(written.length);
  });

  test("a store sends the script again, once, to a server without it", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    await redis.command("SCRIPT", "FLUSH");
    await redis.command("CONFIG", "RESETSTAT");
    const next = nextRevisionOf(ticket);
    expect(await store.replace(next, ticket.writeId)).toBe(true);
    expect(await store.replace(nextRevisionOf(next), next.writeId)).toBe(true);
    const counts = await commandCounts(redis);
    expect(counts.get("eval")).toBe(1);
    expect(store.recorded.availability).toEqual([]);
  });

  test("a write to a full Redis is reported as not written, and the store goes on when there is room", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    await redis.command("CONFIG", "SET", "maxmemory", 1);
    expect(await outcomeOf(store.replace(nextRevisionOf(ticket), ticket.writeId))).toBe("not written");
    expect(store.recorded.availability.at(-1)?.reason).toContain("OOM");
    await waitUntilUnavailable(store);
    await redis.command("CONFIG", "SET", "maxmemory", 0);
    await waitUntilAvailable(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
  });

  test("a write to a server that became a replica is reported as not written", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    await redis.command("REPLICAOF", "127.0.0.1", 1);
    expect(await outcomeOf(store.replace(nextRevisionOf(ticket), ticket.writeId))).toBe("not written");
    expect(store.recorded.availability.at(-1)?.reason).toContain("READONLY");
    await waitUntilUnavailable(store);
    await redis.command("REPLICAOF", "NO", "ONE");
    await waitUntilAvailable(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
  });

  test("a store waits for a Redis that is loading its data", async () => {
    // This many tickets take more than a second to load; Redis replies to commands meanwhile.
    const args = ["--key-load-delay", "3000", "--loading-process-events-interval-bytes", "1024"];
    const slow = await startRedis({ args });
    onTestFinished(() => slow.release());
    const store = await useTestStore(slow);
    const tickets = await Promise.all(Array.from({ length: 400 }, () => createTicketIn(store)));
    await slow.command("SAVE");
    await slow.kill();
    await waitUntilUnavailable(store);
    await slow.restart();
    await waitUntilAvailable(store);
    // No other client sends commands while it is loading.
    expect(Number((await infoOf(slow, "errorstats")).get("errorstat_LOADING")?.slice(6))).toBeGreaterThan(0);
    expect(await Promise.all(tickets.map(({ id }) => store.get(id)))).toEqual(tickets);
  });

  test("a change notification that cannot be published neither undoes nor hides the write", async () => {
    const rules = [">p", "~*", "&*", "+@all"];
    await redis.command("ACL", "SETUSER", "node", "on", ...rules);
    const connectionOptions = {
      username: "node",
      password: "p",
      database: 0,
      tls: undefined,
      allowsPlaintext: () => true,
    };
    const store = await useTestStore(redis, { connectionOptions });
    const ticket = await createTicketIn(store);
    await redis.command("ACL", "SETUSER", "node", "-spublish");
    const next = nextRevisionOf(ticket);
    expect(await store.replace(next, ticket.writeId)).toBe(true);
    expect(await store.get(ticket.id)).toEqual(next);
  });
});
