import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/base/clock.js";
import { createServerClock } from "../../../src/store/redis/monitor/server_clock.js";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { infoOf } from "../../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { createTicketIn, openTestStore, useTestStore } from "../../support/redis/redis_test_store.js";

/** Creates this machine's clock, wrong by an offset in milliseconds. */
const clockOffBy = (ms: number): Clock => ({ ...systemClock, wallNow: () => Date.now() + ms });

describe.skipIf(!hasRedis)(`the clock of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  test("all nodes have the time of Redis, however wrong their own clocks are", async () => {
    const nodes = await Promise.all(
      [5_000, -3_600_000, 0].map((ms) => useTestStore(redis, { clock: clockOffBy(ms) })),
    );
    const [seconds] = (await redis.command("TIME")) as [string];
    for (const node of nodes)
      expect(Math.abs(node.clock.now() - Number(seconds) * 1_000)).toBeLessThan(2_000);
    const times = nodes.map(({ clock }) => clock.now());
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(100);
  });

  test("the time of Redis decides when a ticket is deleted", async () => {
    const [ahead, behind] = await Promise.all([
      useTestStore(redis, { clock: clockOffBy(3_600_000) }),
      useTestStore(redis, { clock: clockOffBy(-3_600_000) }),
    ]);
    const soon = ahead.clock.now() + 60_000;
    const kept = await createTicketIn(ahead, { state: "EXPIRED", purgeAt: soon });
    const deleted = await createTicketIn(behind, { state: "EXPIRED", purgeAt: behind.clock.now() - 1 });
    for (const store of [ahead, behind]) {
      expect(await store.get(kept.id)).toEqual(kept);
      expect(await store.get(deleted.id)).toBeUndefined();
    }
  });

  test("the time of Redis is compared with this machine's at the start and every minute", async () => {
    const clock = createManualClock(Date.now() + 5_000);
    const store = await useTestStore(redis, { clock });
    const { skews } = store.recorded;
    expect(skews).toHaveLength(1);
    expect(Math.abs((skews[0] ?? 0) - 5_000)).toBeLessThan(500);
    clock.adjust(-5_000);
    await clock.advanceAsync(61_000);
    await eventually(() => expect(skews).toHaveLength(2));
  });

  test("the server clock advances between two measurements, even if this machine's clock is set", async () => {
    let replies = 0;
    const own = createManualClock(0);
    const clock = createServerClock(own);
    expect(clock.now()).toBe(0);
    await clock.syncWith({
      async query() {
        replies += 1;
        return ["1795000000", "500000"];
      },
    });
    expect(replies).toBe(5);
    const first = clock.now();
    expect(Math.abs(first - 1_795_000_000_500)).toBeLessThan(1_000);
    own.adjust(-1_000_000);
    expect(clock.now()).toBeGreaterThanOrEqual(first);
    expect(clock.now() - first).toBeLessThan(1_000);
    expect(Math.round(clock.skew() / 1_000)).toBe(Math.round((-1_000_000 - first) / 1_000));
  });

  test("the server clock uses the fastest reply", async () => {
    const clock = createServerClock(createManualClock(0));
    const busy = () => {
      for (const until = performance.now() + 20; performance.now() < until; );
    };
    let queries = 0;
    await clock.syncWith({
      async query() {
        queries += 1;
        if (queries === 3) return ["2000", "0"];
        busy();
        return ["1000", "0"];
      },
    });
    expect(clock.now()).toBeGreaterThanOrEqual(2_000_000);
  });
});

describe.skipIf(!hasRedis)(`a key of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  const lifeOf = async (id: string) => Number(await redis.command("PTTL", `qrlogin:t:{${id}}`));

  test("a key outlives its ticket and the retention by a minute, and then expires by itself", async () => {
    const store = await useTestStore(redis);
    const now = store.clock.now();
    const open = await createTicketIn(store, { expiresAt: now + 120_000 });
    const finished = await createTicketIn(store, { state: "CANCELLED", purgeAt: now + 600_000 });
    const late = await createTicketIn(store, { expiresAt: now - 10_000_000 });
    expect(Math.abs((await lifeOf(open.id)) - 780_000)).toBeLessThan(5_000);
    expect(Math.abs((await lifeOf(finished.id)) - 660_000)).toBeLessThan(5_000);
    expect(Math.abs((await lifeOf(late.id)) - 60_000)).toBeLessThan(5_000);
  });

  test("every write sets the time to live of a key", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store, { expiresAt: store.clock.now() + 120_000 });
    await redis.command("PERSIST", `qrlogin:t:{${ticket.id}}`);
    const finished = { ...ticket, writeId: "0123456789abcdef", purgeAt: store.clock.now() + 30_000 };
    expect(await store.replace(finished, ticket.writeId)).toBe(true);
    expect(Math.abs((await lifeOf(ticket.id)) - 90_000)).toBeLessThan(5_000);
  });

  test("a store that is closed during its heartbeat leaves no connection and no timer", async () => {
    const clock = createManualClock(Date.now());
    const store = await openTestStore(redis, { clock });
    redis.pause();
    // The heartbeat is under way without a reply.
    clock.advance(1_000);
    await store.close();
    redis.resume();
    await eventually(async () => expect(await redis.command("CLIENT", "LIST")).not.toContain("name=qrlogin"));
    const connections = async () => Number((await infoOf(redis, "stats")).get("total_connections_received"));
    const before = await connections();
    await clock.advanceAsync(10_000);
    // The query itself opens one.
    expect(await connections()).toBe(before + 1);
    expect(clock.pendingCount).toBe(0);
  });
});
