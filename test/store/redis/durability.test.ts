import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createManualClock } from "../../support/clock.js";
import { infoOf } from "../../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { createTicketIn, openTestStore, useTestStore } from "../../support/redis/redis_test_store.js";
import { startReplicatedRedis } from "../../support/redis/replicated_redis.js";

const always = ["--appendonly", "yes", "--appendfsync", "always"];

describe.skipIf(!hasRedis)(`the level of a store in Redis${withoutRedis}`, () => {
  async function started(...args: readonly string[]): Promise<RedisProcess> {
    const redis = await startRedis({ args });
    onTestFinished(() => redis.release());
    return redis;
  }
  /** A snapshot in the first seconds could be the start itself. */
  const startedFor = (redis: RedisProcess, seconds: number) =>
    vi.waitFor(async () => {
      const uptime = Number((await infoOf(redis, "server")).get("uptime_in_seconds"));
      expect(uptime).toBeGreaterThanOrEqual(seconds);
    }, 20_000);
  const toldBy = async (redis: RedisProcess) => (await useTestStore(redis)).recorded.durability;

  test.each([
    ["has every write on disk before it answers", always],
    ["saves nothing: after a restart its tickets are unknown, never old", []],
  ])("is durable where one Redis %s", async (why, words) => {
    const [level, ...more] = await toldBy(await started(...words));
    expect(level).toEqual({ level: "durable", reason: expect.stringContaining(why) });
    expect(more).toEqual([]);
  });

  test.each([
    ["appendfsync everysec", ["--appendonly", "yes", "--appendfsync", "everysec"]],
    ["appendfsync no", ["--appendonly", "yes", "--appendfsync", "no"]],
    ["no-appendfsync-on-rewrite", [...always, "--no-appendfsync-on-rewrite", "yes"]],
    ["its last snapshot", ["--save", "3600", "1"]],
  ])("is best effort where a crash may undo: %s", async (why, words) => {
    expect(await toldBy(await started(...words))).toEqual([
      { level: "best effort", reason: expect.stringContaining(why) },
    ]);
  });

  test("is best effort where a snapshot was taken by hand, and where one was read at the start", async () => {
    const redis = await started();
    const store = await openTestStore(redis);
    await createTicketIn(store);
    await store.close();
    await redis.command("SAVE");
    const snapshot = { level: "best effort", reason: expect.stringContaining("its last snapshot") };
    expect(await toldBy(redis)).toEqual([snapshot]);
    await redis.restart();
    expect(await toldBy(redis)).toEqual([snapshot]);
  });

  test("depends on how many replicas confirm, and on what the primary comes back with", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const { primary } = redis;
    const none = await useTestStore(primary);
    expect(none.recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("1 replica, and answers wait for 0") },
    ]);
    const all = await useTestStore(primary, { replicaAcks: 1 });
    expect(all.recorded.durability).toEqual([
      { level: "durable", reason: expect.stringContaining("every answer waits for 1 of 1 replicas") },
    ]);
  });

  test.each([
    ["repl-diskless-load disabled", 1],
    ["repl-diskless-load on-empty-db", 0],
    ["repl-diskless-sync no", 0],
    ["repl-diskless-sync no", 1],
  ])("is best effort where a replica is filled by way of a file: %s at server %i", async (setting, index) => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    await [redis.primary, ...redis.replicas][index]?.command("CONFIG", "SET", ...setting.split(" "));
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining(`${setting}; should be`) },
    ]);
  });

  test("is best effort where a replica would come back with an older state: it may be promoted", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const [replica] = redis.replicas;
    await replica?.command("CONFIG", "SET", "save", "3600 1");
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      {
        level: "best effort",
        reason: expect.stringContaining(`${replica?.address} comes back with its last`),
      },
    ]);
    await expect(openTestStore(redis.primary, { replicaAcks: 1, requireDurable: true })).rejects.toThrow(
      "requireDurable",
    );
  });

  test("is best effort where replicas confirm what their files do not have yet", async () => {
    const redis = await startReplicatedRedis(1, undefined, always);
    onTestFinished(() => redis.release());
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("store.redis.replicaFsync") },
    ]);
  });

  test.each(["shutdown-on-sigterm", "shutdown-on-sigint"])(
    "is best effort where a stopped server writes a snapshot: %s",
    async (name) => {
      const redis = await started();
      await redis.command("CONFIG", "SET", name, "save now");
      expect(await toldBy(redis)).toEqual([
        { level: "best effort", reason: expect.stringMatching(`${name} (save now|now save)`) },
      ]);
      await redis.command("CONFIG", "SET", name, "nosave");
      expect(await toldBy(redis)).toMatchObject([{ level: "durable" }]);
    },
  );

  test("is best effort after a snapshot whose count was set back by hand", async () => {
    const redis = await started();
    await startedFor(redis, 4);
    await redis.command("SAVE");
    await redis.command("CONFIG", "RESETSTAT");
    expect(await toldBy(redis)).toMatchObject([{ level: "best effort" }]);
  });

  test("is best effort where a primary has read a snapshot from when it had a replica", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const { primary } = redis;
    await createTicketIn(await useTestStore(primary, { replicaAcks: 1 }));
    await primary.command("SAVE");
    await primary.restart();
    expect(await toldBy(primary)).toEqual([
      { level: "best effort", reason: expect.stringContaining("its last snapshot") },
    ]);
  });

  test("is refused at best effort where it has to be durable", async () => {
    const redis = await started("--save", "3600", "1");
    await expect(openTestStore(redis, { requireDurable: true })).rejects.toThrow(
      /^store\.redis\.requireDurable: 127\.0\.0\.1:\d+ comes back with its last snapshot/,
    );
    const durable = await useTestStore(await started(), { requireDurable: true });
    expect(durable.recorded.durability).toEqual([expect.objectContaining({ level: "durable" })]);
  });

  test("is looked at every minute, and told again when it has changed", async () => {
    const redis = await started();
    const clock = createManualClock(Date.now());
    const { recorded } = await useTestStore(redis, { clock });
    const levels = () => recorded.durability.map(({ level }) => level);
    await clock.advanceAsync(61_000);
    await vi.waitFor(() => expect(recorded.skews).toHaveLength(2), 20_000);
    expect(levels()).toEqual(["durable"]);
    await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await vi.waitFor(async () => {
      await clock.advanceAsync(61_000);
      expect(levels()).toEqual(["durable", "best effort"]);
    }, 20_000);
    expect(recorded.durability.at(-1)?.reason).toContain("maxmemory-policy allkeys-lru");
  });
});
