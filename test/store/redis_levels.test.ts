import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createManualClock } from "../support/clock.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis.js";
import { startReplicatedRedis } from "../support/redis_replicas.js";
import { createdIn, openTestStore, testStore } from "../support/redis_store.js";

const always = ["--appendonly", "yes", "--appendfsync", "always"];

describe.skipIf(!hasRedis)(`the level of a store in Redis${withoutRedis}`, () => {
  async function started(...words: readonly string[]): Promise<RedisProcess> {
    const redis = await startRedis({ words });
    onTestFinished(() => redis.release());
    return redis;
  }
  const toldBy = async (redis: RedisProcess) => (await testStore(redis)).told.durability;

  test.each([
    ["has every write on disk before it answers", always],
    ["saves nothing: after a restart its tickets are unknown, never old", []],
  ])("is durable where one Redis %s", async (why, words) => {
    const [level, ...more] = await toldBy(await started(...words));
    expect(level).toEqual({ level: "durable", because: expect.stringContaining(why) });
    expect(more).toEqual([]);
  });

  test.each([
    ["appendfsync everysec", ["--appendonly", "yes", "--appendfsync", "everysec"]],
    ["appendfsync no", ["--appendonly", "yes", "--appendfsync", "no"]],
    ["no-appendfsync-on-rewrite", [...always, "--no-appendfsync-on-rewrite", "yes"]],
    ["its last snapshot", ["--save", "3600", "1"]],
  ])("is best effort where a crash may undo: %s", async (why, words) => {
    expect(await toldBy(await started(...words))).toEqual([
      { level: "best effort", because: expect.stringContaining(why) },
    ]);
  });

  test("is best effort where a snapshot was taken by hand, and where one was read at the start", async () => {
    const redis = await started();
    const store = await openTestStore(redis);
    await createdIn(store);
    await store.close();
    await redis.command("SAVE");
    const snapshot = { level: "best effort", because: expect.stringContaining("its last snapshot") };
    expect(await toldBy(redis)).toEqual([snapshot]);
    await redis.restart();
    expect(await toldBy(redis)).toEqual([snapshot]);
  });

  test("depends on how many replicas confirm, and on what the primary comes back with", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const { primary, whole } = redis;
    const none = await testStore(primary);
    expect(none.told.durability).toEqual([
      { level: "best effort", because: expect.stringContaining("1 replica, and answers wait for 0") },
    ]);
    const all = await testStore(primary, { replicas: 1 });
    expect(all.told.durability).toEqual([
      { level: "durable", because: expect.stringContaining("every answer waits for 1 of 1 replicas") },
    ]);
    await primary.command("CONFIG", "SET", "rdb-del-sync-files", "no");
    await whole();
    const kept = await testStore(primary, { replicas: 1 });
    expect(kept.told.durability).toEqual([
      { level: "best effort", because: expect.stringContaining("rdb-del-sync-files no") },
    ]);
  });

  test("is refused at best effort where it has to be durable", async () => {
    const redis = await started("--save", "3600", "1");
    await expect(openTestStore(redis, { requireDurable: true })).rejects.toThrow(
      /^store\.redis\.requireDurable: 127\.0\.0\.1:\d+ comes back with its last snapshot/,
    );
    const durable = await testStore(await started(), { requireDurable: true });
    expect(durable.told.durability).toEqual([expect.objectContaining({ level: "durable" })]);
  });

  test("is looked at every minute, and told again when it has changed", async () => {
    const redis = await started();
    const clock = createManualClock(Date.now());
    const { told } = await testStore(redis, { clock });
    const levels = () => told.durability.map(({ level }) => level);
    await clock.pass(61_000);
    await vi.waitFor(() => expect(told.skews).toHaveLength(2));
    expect(levels()).toEqual(["durable"]);
    await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await vi.waitFor(async () => {
      await clock.pass(61_000);
      expect(levels()).toEqual(["durable", "best effort"]);
    }, 5_000);
    expect(told.durability.at(-1)?.because).toContain("maxmemory-policy allkeys-lru");
  });
});
