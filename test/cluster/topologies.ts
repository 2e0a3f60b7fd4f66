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

/** A deployment of Redis, with the faults that can happen to it. */
export interface Deployment {
  /** Section `store.redis` of the configuration. */
  readonly redis: object;
  readonly faults: readonly Fault[];
  release(): Promise<void>;
}

/** A kind of deployment with its guarantee. */
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
    const proxy = await startWriteProxy(server.port);
    return {
      redis: { url: `redis://${proxy.address}`, requireDurable: true },
      faults: [
        redisKilled([server], effect),
        redisPaused([server]),
        connectionsCut(async () => [server]),
        repliesLost(proxy),
      ],
      async release() {
        proxy.close();
        await server.release();
      },
    };
  },
});

const sentinels = (
  name: string,
  args: readonly string[],
  effect: Fault["effect"],
  replicaFsync = false,
): Topology => ({
  name,
  level: "durable",
  async start() {
    const redis = await startRedisWithSentinels(args);
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

const cluster = (name: string, args: readonly string[], effect?: Fault["effect"]): Topology => ({
  name,
  level: "durable",
  async start() {
    const redis = await startRedisCluster(args);
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

/** Deployments that never lose an acknowledged write. */
export const durable = {
  everyWriteOnDisk: single("one Redis, every write on disk", everyWrite),
  savesNothing: single("one Redis without persistence", [], "empty"),
  sentinels: sentinels("Sentinels, two replicas acknowledge", disklessLoadArgs, "empty"),
  // Here only WAITAOF keeps the guarantee.
  ...(hasWaitAof && {
    sentinelsOnDisk: sentinels("Sentinels, two replicas acknowledge, on disk", everyWrite, undefined, true),
  }),
  cluster: cluster("Cluster of three masters, on disk", everyWrite),
  clusterSavesNothing: cluster("Cluster of three masters without persistence", [], "empty"),
} as const;

/** Deployments that may lose the last acknowledged writes. */
export const bestEffort = {
  unconfirmed: {
    name: "Sentinels, no acknowledgement by replicas",
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

/** Kills Redis some time after its last snapshot, which it restores. */
export const snapshotRestored = (server: RedisProcess): Fault => ({
  kind: "snapshot restored",
  effect: "lost",
  async happen(_random, pace) {
    await saveSnapshot(server);
    await pace(1, 6);
    await server.restart();
  },
});

/** Saves a snapshot and waits until it is on disk. */
export async function saveSnapshot(server: RedisProcess): Promise<void> {
  await server.command("BGSAVE");
  await eventually("the snapshot is on disk", async () => {
    const info = String(await server.command("INFO", "persistence"));
    return /rdb_bgsave_in_progress:0/.test(info) && /rdb_last_bgsave_status:ok/.test(info);
  });
}
