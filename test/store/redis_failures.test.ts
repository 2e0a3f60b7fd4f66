import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createManualClock, settle } from "../support/clock.js";
import { eventually } from "../support/eventually.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis.js";
import { commandCounts, cutStores, infoOf, monitored } from "../support/redis_commands.js";
import { answering, createdIn, outcomeOf, refusing, testStore } from "../support/redis_store.js";
import { nextWrite, ticketIn } from "../support/tickets.js";

describe.skipIf(!hasRedis)(`a store whose Redis fails${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeEach(async () => {
    redis = await startRedis({ words: ["--appendonly", "yes", "--appendfsync", "always"] });
  });
  afterEach(() => redis.release());

  /** How long a call takes that is refused, in milliseconds. */
  async function timeToRefuse(call: () => Promise<unknown>): Promise<number> {
    const before = performance.now();
    expect(await outcomeOf(call())).toBe("not written");
    return performance.now() - before;
  }

  test("refuses at once while it is gone, and has everything again when that is back", async () => {
    const store = await testStore(redis, { timeout: 5_000 });
    const ticket = await createdIn(store);
    await redis.kill();
    await refusing(store);
    for (const call of [
      () => store.get(ticket.id),
      () => store.create(ticketIn("PENDING")),
      () => store.replace(nextWrite(ticket), ticket.writeId),
      () => store.subscribe(ticket.id, () => {}),
    ]) {
      expect(await timeToRefuse(call)).toBeLessThan(4_000);
    }
    expect(store.told.availability.map(({ isAvailable }) => isAvailable)).toEqual([false]);
    await redis.restart();
    await answering(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
    expect(await store.replace(nextWrite(ticket), ticket.writeId)).toBe(true);
    expect(store.told.availability.at(-1)).toEqual({ isAvailable: true, reason: undefined });
    // An outage does not make a durable Redis less durable.
    expect(store.told.durability.map(({ level }) => level)).toEqual(["durable"]);
  });

  test("opens a server anew with growing pauses that accepts connections and then refuses", async () => {
    const clock = createManualClock(Date.now());
    const store = await testStore(redis, { clock });
    const { id } = await createdIn(store);
    await redis.command("ACL", "SETUSER", "default", "-get");
    const opened = async () => (await commandCounts(redis)).get("script|load") ?? 0;
    const refusedBy = () => outcomeOf(store.get(id));
    const openAgain = async (ms: number) => {
      const before = await opened();
      clock.advance(ms);
      await eventually(async () => expect(await opened()).toBe(before + 1));
      await eventually(() => expect(store.told.availability.at(-1)?.isAvailable).toBe(true));
    };
    await refusedBy();
    await openAgain(0);
    for (const limit of [50, 100, 200, 400, 800, 1_000, 1_000]) {
      await refusedBy();
      const before = await opened();
      clock.advance(limit / 2 - 1);
      await settle();
      expect(await refusedBy()).toBe("not written");
      expect(await opened()).toBe(before);
      await openAgain(limit);
    }
  });

  test("takes one time-out to notice that it is held still, and none after that", async () => {
    const store = await testStore(redis, { timeout: 5_000 });
    const ticket = await createdIn(store);
    redis.pause();
    const [read, write] = await Promise.all([
      outcomeOf(store.get(ticket.id)),
      outcomeOf(store.replace(nextWrite(ticket), ticket.writeId)),
    ]);
    expect([read, write]).toEqual(["not written", "unknown"]);
    expect(await timeToRefuse(() => store.get(ticket.id))).toBeLessThan(4_000);
    const again = () => store.replace(nextWrite(ticket), ticket.writeId);
    expect(await timeToRefuse(again)).toBeLessThan(4_000);
    redis.resume();
    await answering(store);
  });

  test("notices that it is held still although nobody calls", async () => {
    const store = await testStore(redis, { timeout: 1_000 });
    redis.pause();
    await eventually(() => expect(store.told.availability.at(-1)?.isAvailable).toBe(false));
    redis.resume();
    await eventually(() => expect(store.told.availability.at(-1)?.isAvailable).toBe(true));
  });

  test("what was cut off and is carried out later overwrites nobody", async () => {
    const store = await testStore(redis, { timeout: 1_000 });
    const ticket = await createdIn(store);
    redis.pause();
    const late = nextWrite(ticket, { state: "EXPIRED" });
    expect(await outcomeOf(store.replace(late, ticket.writeId))).toBe("unknown");
    redis.resume();
    await answering(store);
    const first = await store.get(ticket.id);
    const next = nextWrite(ticket, { state: "CANCELLED" });
    const won = await store.replace(next, ticket.writeId);
    expect(first?.writeId).toBe(won ? ticket.writeId : late.writeId);
    expect((await store.get(ticket.id))?.writeId).toBe(won ? next.writeId : late.writeId);
  });

  test("comes back by itself when its connections are cut, again and again", async () => {
    const store = await testStore(redis);
    const ticket = await createdIn(store);
    for (let cut = 0; cut < 5; cut++) {
      expect(await cutStores(redis)).toBeGreaterThan(0);
      await answering(store);
      expect(await store.get(ticket.id)).toEqual(ticket);
    }
  });

  test("sends nothing twice, whatever is cut off", async () => {
    const store = await testStore(redis);
    const seen = await monitored(redis);
    const tickets = Array.from({ length: 400 }, () => ticketIn("PENDING"));
    const outcomes: string[] = [];
    for (const [index, ticket] of tickets.entries()) {
      const created = outcomeOf(store.create(ticket)).then((outcome) => void outcomes.push(outcome));
      if (index % 100 === 50) await cutStores(redis);
      if (index % 10 === 0) await created;
    }
    await eventually(() => expect(outcomes).toHaveLength(tickets.length));
    await answering(store);
    const done = outcomes.filter((outcome) => outcome === "done").length;
    const sent = seen.filter(([name]) => name === "EVALSHA").map((words) => words[3]);
    expect(new Set(sent).size).toBe(sent.length);
    const written = seen.filter(([name, key]) => name === "SET" && key?.startsWith("qrlogin:t:"));
    expect(done).toBeGreaterThan(0);
    expect(written.length).toBeGreaterThanOrEqual(done);
    expect(new Set(written.map(([, key]) => key)).size).toBe(written.length);
  });

  test("sends the script again, once, to a server that has forgotten it", async () => {
    const store = await testStore(redis);
    const ticket = await createdIn(store);
    await redis.command("SCRIPT", "FLUSH");
    await redis.command("CONFIG", "RESETSTAT");
    const next = nextWrite(ticket);
    expect(await store.replace(next, ticket.writeId)).toBe(true);
    expect(await store.replace(nextWrite(next), next.writeId)).toBe(true);
    const counts = await commandCounts(redis);
    expect(counts.get("eval")).toBe(1);
    expect(store.told.availability).toEqual([]);
  });

  test("says of a Redis that is full that nothing was written, and goes on when there is room", async () => {
    const store = await testStore(redis);
    const ticket = await createdIn(store);
    await redis.command("CONFIG", "SET", "maxmemory", 1);
    expect(await outcomeOf(store.replace(nextWrite(ticket), ticket.writeId))).toBe("not written");
    expect(store.told.availability.at(-1)?.reason).toContain("OOM");
    await refusing(store);
    await redis.command("CONFIG", "SET", "maxmemory", 0);
    await answering(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
  });

  test("says of one that has become a replica that nothing was written, and uses no replica", async () => {
    const store = await testStore(redis);
    const ticket = await createdIn(store);
    await redis.command("REPLICAOF", "127.0.0.1", 1);
    expect(await outcomeOf(store.replace(nextWrite(ticket), ticket.writeId))).toBe("not written");
    expect(store.told.availability.at(-1)?.reason).toContain("READONLY");
    await refusing(store);
    await redis.command("REPLICAOF", "NO", "ONE");
    await answering(store);
    expect(await store.get(ticket.id)).toEqual(ticket);
  });

  test("waits for one that is loading what it had", async () => {
    // So many tickets take more than a second to load, and questions are answered meanwhile.
    const words = ["--key-load-delay", "3000", "--loading-process-events-interval-bytes", "1024"];
    const slow = await startRedis({ words });
    onTestFinished(() => slow.release());
    const store = await testStore(slow);
    const tickets = await Promise.all(Array.from({ length: 400 }, () => createdIn(store)));
    await slow.command("SAVE");
    await slow.kill();
    await refusing(store);
    await slow.restart();
    await answering(store);
    // Nobody else asks while it is loading.
    expect(Number((await infoOf(slow, "errorstats")).get("errorstat_LOADING")?.slice(6))).toBeGreaterThan(0);
    expect(await Promise.all(tickets.map(({ id }) => store.get(id)))).toEqual(tickets);
  });

  test("a hint that cannot be published undoes no write and hides none", async () => {
    const words = [">p", "~*", "&*", "+@all"];
    await redis.command("ACL", "SETUSER", "node", "on", ...words);
    const login = { username: "node", password: "p", database: 0, tls: undefined, mayBePlain: () => true };
    const store = await testStore(redis, { login });
    const ticket = await createdIn(store);
    await redis.command("ACL", "SETUSER", "node", "-spublish");
    const next = nextWrite(ticket);
    expect(await store.replace(next, ticket.writeId)).toBe(true);
    expect(await store.get(ticket.id)).toEqual(next);
  });
});
