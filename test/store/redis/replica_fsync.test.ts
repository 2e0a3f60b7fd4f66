import { describe, expect, onTestFinished, test, vi } from "vitest";
import { infoOf } from "../../support/redis/redis_commands.js";
import { hasRedis, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  openTestStore,
  outcomeOf,
  useTestStore,
} from "../../support/redis/redis_test_store.js";
import { hasWaitAof, startReplicatedRedis } from "../../support/redis/replicated_redis.js";

const always = ["--appendonly", "yes", "--appendfsync", "always"];

// Debian 12 has a Redis without the command; there the tests of the command executor take the place of these.
if (hasRedis && hasWaitAof)
  describe("a store that waits for the files of replicas", () => {
    async function replicated() {
      const redis = await startReplicatedRedis(1, undefined, always);
      onTestFinished(() => redis.release());
      return redis;
    }
    const open = (primary: Parameters<typeof useTestStore>[0]) =>
      useTestStore(primary, { replicaAcks: 1, replicaFsync: true, timeout: 10_000 });

    test("a store that waits for the files of replicas is durable", async () => {
      const { primary } = await replicated();
      const store = await open(primary);
      expect(store.recorded.durability).toMatchObject([{ level: "durable" }]);
      const { id } = await createTicketIn(store);
      expect(await store.get(id)).toMatchObject({ id });
    });

    test("a replica that has just been filled does not acknowledge before its file is written", async () => {
      const { primary, replicas } = await replicated();
      const [replica] = replicas;
      const store = await useTestStore(primary, { replicaAcks: 1, replicaFsync: true, timeout: 2_000 });
      await primary.command("EVAL", "for i = 1, 2000 do redis.call('SET', 'k' .. i, i) end", 0);
      // The file takes more than two seconds.
      await replica?.command("CONFIG", "SET", "rdb-key-save-delay", 2_000);
      await replica?.command("REPLICAOF", "NO", "ONE");
      await replica?.command("SET", "of", "its own");
      await replica?.command("REPLICAOF", "127.0.0.1", primary.port);
      const infoField = async (name: string) =>
        replica &&
        (await infoOf(replica, name === "master_link_status" ? "replication" : "persistence")).get(name);
      await vi.waitFor(async () => expect(await infoField("master_link_status")).toBe("up"), 20_000);
      expect(await infoField("aof_rewrite_in_progress")).toBe("1");
      expect(await primary.command("WAIT", 1, 1_000)).toBe(1);
      expect(await outcomeOf(createTicketIn(store))).toBe("unknown");
      await replica?.command("CONFIG", "SET", "rdb-key-save-delay", 0);
    });
  });
else if (hasRedis)
  test("a Redis without WAITAOF is rejected, even if it writes a file", async () => {
    const redis = await startReplicatedRedis(1, undefined, always);
    onTestFinished(() => redis.release());
    await expect(openTestStore(redis.primary, { replicaAcks: 1, replicaFsync: true })).rejects.toThrow(
      "store.redis.replicaFsync, which needs Redis 7.2 or later",
    );
  });
else test.skip(`a store that waits for the files of replicas${withoutRedis}`, () => {});
