import { startRedisCluster } from "../support/redis/redis_cluster.js";
import { type RedisProcess, startRedis } from "../support/redis/redis_process.js";
import { startRedisWithSentinels } from "../support/redis/redis_sentinels.js";
import { disklessLoadArgs, hasWaitAof } from "../support/redis/replicated_redis.js";
import type { Level } from "./checker.js";
import { eventually } from "./eventually.js";
import { connectionsCut, type Fault, redisKilled, redisPaused } from "./faults.js";
import {
  failoverAsked,
  primaryKilled,
  primaryKilledAlone,
  primaryPaused,
  primaryRestarted,
  replicaPaused,
} from "./sentinel_faults.js";
import { repliesLost, startWriteProxy } from "./write_proxy.js";

/** Redis as one deploys it, and what can go wrong with it. */
export interface Deployment {
  /** Section `store.redis` of the configuration. */
  readonly redis: object;
  readonly faults: readonly Fault[];
  release(): Promise<void>;
}

/** A kind of deployment, and what it promises. */
export interface Topology {
  readonly name: string;
  readonly level: Level;
  start(): Promise<Deployment>;
}

const everyWrite = ["--appendonly", "yes", "--appendfsync", "always"];

const single = (name: string, args: readonly string[], effect?: Fault["effect"]): Topology => ({
  name,
  level: "durable",
  async start() {
    const server = await startRedis({ args });
    const link = await startWriteProxy(server.port);
    return {
      redis: { url: `redis://${link.address}`, requireDurable: true },
      faults: [
        redisKilled([server], effect),
        redisPaused([server]),
        connectionsCut(async () => [server]),
        repliesLost(link),
      ],
      async release() {
        link.close();
        await server.release();
      },
    };
  },
});

const sentinels = (
  name: string,
  words: readonly string[],
  effect: Fault["effect"],
  replicaFsync = false,
): Topology => ({
  name,
  level: "durable",
  async start() {
    const redis = await startRedisWithSentinels(words);
    const sentinel = { name: redis.name, nodes: redis.sentinels.map(({ address }) => address) };
    return {
      redis: { sentinel, replicaAcks: 2, replicaFsync, requireDurable: true },
      faults: [
        primaryKilled(redis),
        failoverAsked(redis),
        replicaPaused(redis),
        primaryPaused(redis),
        primaryRestarted(redis, effect),
        primaryKilledAlone(redis),
        connectionsCut(async () => [await redis.primary()]),
      ],
      release: () => redis.release(),
    };
  },
});

const cluster = (name: string, words: readonly string[], effect?: Fault["effect"]): Topology => ({
  name,
  level: "durable",
  async start() {
    const redis = await startRedisCluster(words);
    const whole = (fault: Fault): Fault => ({
      ...fault,
      async happen(random, pace) {
        await fault.happen(random, pace);
        await redis.waitUntilReady();
      },
    });
    return {
      redis: { cluster: { nodes: redis.masters.map(({ address }) => address) }, requireDurable: true },
      faults: [
        whole(redisKilled(redis.masters, effect)),
        whole(redisPaused(redis.masters, 5)),
        connectionsCut(async () => redis.masters),
      ],
      release: () => redis.release(),
    };
  },
});

/** Those that promise that nothing which was answered is undone. */
export const durable = {
  everyWriteOnDisk: single("one Redis, every write on disk", everyWrite),
  savesNothing: single("one Redis that saves nothing", [], "empty"),
  sentinels: sentinels("Sentinels, two replicas confirm", disklessLoadArgs, "empty"),
  // Nothing less than WAITAOF keeps the promise there.
  ...(hasWaitAof && {
    sentinelsOnDisk: sentinels("Sentinels, two replicas confirm, on disk", everyWrite, undefined, true),
  }),
  cluster: cluster("Cluster of three masters, on disk", everyWrite),
  clusterSavesNothing: cluster("Cluster of three masters that save nothing", [], "empty"),
} as const;

/** Those that may lose what was answered last. */
export const bestEffort = {
  unconfirmed: {
    name: "Sentinels, no replica confirms",
    level: "best-effort",
    async start() {
      const redis = await startRedisWithSentinels(disklessLoadArgs);
      const sentinel = { name: redis.name, nodes: redis.sentinels.map(({ address }) => address) };
      return {
        redis: { sentinel, replicaAcks: 0 },
        faults: [
          primaryKilledAlone(redis, "lost"),
          primaryKilled(redis, "lost"),
          failoverAsked(redis, "lost"),
          primaryPaused(redis, "lost"),
        ],
        release: () => redis.release(),
      };
    },
  },
  snapshots: {
    name: "one Redis with snapshots",
    level: "best-effort",
    async start() {
      const server = await startRedis({ args: ["--save", "3600 1"] });
      return {
        redis: { url: server.url },
        faults: [snapshotRestored(server), redisPaused([server]), connectionsCut(async () => [server])],
        release: () => server.release(),
      };
    },
  },
} as const satisfies Record<string, Topology>;

/** Redis is killed some time after its last snapshot, with which it comes back. */
export const snapshotRestored = (server: RedisProcess): Fault => ({
  kind: "snapshot restored",
  effect: "lost",
  async happen(_random, pace) {
    await saveSnapshot(server);
    await pace(1, 6);
    await server.restart();
  },
});

/** Has Redis save a snapshot. */
export async function saveSnapshot(server: RedisProcess): Promise<void> {
  await server.command("BGSAVE");
  await eventually("the snapshot is on disk", async () => {
    const info = String(await server.command("INFO", "persistence"));
    return /rdb_bgsave_in_progress:0/.test(info) && /rdb_last_bgsave_status:ok/.test(info);
  });
}
