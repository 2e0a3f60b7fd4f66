import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createManualClock } from "../../support/clock.js";
import { infoOf } from "../../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { createTicketIn, openTestStore, useTestStore } from "../../support/redis/redis_test_store.js";
import { startReplicatedRedis } from "../../support/redis/replicated_redis.js";

const always = ["--appendonly", "yes", "--appendfsync", "always"];

describe.skipIf(!hasRedis)(`the durability of a store in Redis${withoutRedis}`, () => {
  async function started(...args: readonly string[]): Promise<RedisProcess> {
    const redis = await startRedis({ args });
    onTestFinished(() => redis.release());
    return redis;
  }
  /** Waits for an uptime: a snapshot in the first seconds could be the start itself. */
  const waitForUptime = (redis: RedisProcess, seconds: number) =>
    vi.waitFor(async () => {
      const uptime = Number((await infoOf(redis, "server")).get("uptime_in_seconds"));
      expect(uptime).toBeGreaterThanOrEqual(seconds);
    }, 20_000);
  const durabilityOf = async (redis: RedisProcess) => (await useTestStore(redis)).recorded.durability;

  test.each([
    ["fsyncs every write before it replies", always],
    ["has no persistence: after a restart its tickets are gone, never stale", []],
  ])("a single Redis is durable if it %s", async (reason, args) => {
    const [level, ...more] = await durabilityOf(await started(...args));
    expect(level).toEqual({ level: "durable", reason: expect.stringContaining(reason) });
    expect(more).toEqual([]);
  });

  test.each([
    ["appendfsync everysec", ["--appendonly", "yes", "--appendfsync", "everysec"]],
    ["appendfsync no", ["--appendonly", "yes", "--appendfsync", "no"]],
    ["no-appendfsync-on-rewrite", [...always, "--no-appendfsync-on-rewrite", "yes"]],
    ["its last snapshot", ["--save", "3600", "1"]],
  ])("a single Redis is best effort if a crash may lose writes: %s", async (reason, args) => {
    expect(await durabilityOf(await started(...args))).toEqual([
      { level: "best effort", reason: expect.stringContaining(reason) },
    ]);
  });

  test("a snapshot that was taken by hand or read at the start means best effort", async () => {
    const redis = await started();
    const store = await openTestStore(redis);
    await createTicketIn(store);
    await store.close();
    await redis.command("SAVE");
    const snapshot = { level: "best effort", reason: expect.stringContaining("its last snapshot") };
    expect(await durabilityOf(redis)).toEqual([snapshot]);
    await redis.restart();
    expect(await durabilityOf(redis)).toEqual([snapshot]);
  });

  test("the level depends on how many replicas must acknowledge", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const { primary } = redis;
    const none = await useTestStore(primary);
    expect(none.recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("1 replica, but replies wait for 0") },
    ]);
    const all = await useTestStore(primary, { replicaAcks: 1 });
    expect(all.recorded.durability).toEqual([
      { level: "durable", reason: expect.stringContaining("every reply waits for 1 of 1 replicas") },
    ]);
  });

  test.each([
    ["repl-diskless-load disabled", 1],
    ["repl-diskless-load on-empty-db", 0],
    ["repl-diskless-sync no", 0],
    ["repl-diskless-sync no", 1],
  ])("a replica that is filled through a file means best effort: %s at server %i", async (setting, index) => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    await [redis.primary, ...redis.replicas][index]?.command("CONFIG", "SET", ...setting.split(" "));
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining(`${setting}; should be`) },
    ]);
  });

  test("a replica that would restore an older state means best effort, since it may be promoted", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const [replica] = redis.replicas;
    await replica?.command("CONFIG", "SET", "save", "3600 1");
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      {
        level: "best effort",
        reason: expect.stringContaining(`${replica?.address} restores its last`),
      },
    ]);
    await expect(openTestStore(redis.primary, { replicaAcks: 1, requireDurable: true })).rejects.toThrow(
      "requireDurable",
    );
  });

  test("replicas that acknowledge before their files are written mean best effort", async () => {
    const redis = await startReplicatedRedis(1, undefined, always);
    onTestFinished(() => redis.release());
    const { recorded } = await useTestStore(redis.primary, { replicaAcks: 1 });
    expect(recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("store.redis.replicaFsync") },
    ]);
  });

  test.each(["shutdown-on-sigterm", "shutdown-on-sigint"])(
    "a server that writes a snapshot when it stops means best effort: %s",
    async (name) => {
      const redis = await started();
      await redis.command("CONFIG", "SET", name, "save now");
      expect(await durabilityOf(redis)).toEqual([
        { level: "best effort", reason: expect.stringMatching(`${name} (save now|now save)`) },
      ]);
      await redis.command("CONFIG", "SET", name, "nosave");
      expect(await durabilityOf(redis)).toMatchObject([{ level: "durable" }]);
    },
  );

  test("a snapshot whose count was reset by hand means best effort", async () => {
    const redis = await started();
    await waitForUptime(redis, 4);
    await redis.command("SAVE");
    await redis.command("CONFIG", "RESETSTAT");
    expect(await durabilityOf(redis)).toMatchObject([{ level: "best effort" }]);
  });

  test("a primary that has read a snapshot from when it had a replica means best effort", async () => {
    const redis = await startReplicatedRedis(1);
    onTestFinished(() => redis.release());
    const { primary } = redis;
    await createTicketIn(await useTestStore(primary, { replicaAcks: 1 }));
    await primary.command("SAVE");
    await primary.restart();
    expect(await durabilityOf(primary)).toEqual([
      { level: "best effort", reason: expect.stringContaining("its last snapshot") },
    ]);
  });

  test("requireDurable rejects a best-effort Redis at the start", async () => {
    const redis = await started("--save", "3600", "1");
    await expect(openTestStore(redis, { requireDurable: true })).rejects.toThrow(
      /^store\.redis\.requireDurable: 127\.0\.0\.1:\d+ restores its last snapshot/,
    );
    const durable = await useTestStore(await started(), { requireDurable: true });
    expect(durable.recorded.durability).toEqual([expect.objectContaining({ level: "durable" })]);
  });

  test("the durability is checked every minute, and reported when it has changed", async () => {
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
