import type { RedisProcess } from "../support/redis/redis_process.js";
import type { RedisWithSentinels } from "../support/redis/redis_sentinels.js";
import { eventually } from "./eventually.js";
import type { Fault } from "./faults.js";

/**
 * Time limit of a failover in milliseconds. Sentinels that were delayed themselves do nothing for 30 seconds
 * (TILT).
 */
const failoverTimeout = 90_000;

/** Kills the primary, so that a replica takes its place. Later the old one returns as a replica. */
export const primaryKilled = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "primary killed",
  ...(effect && { effect }),
  async happen(_random, pace) {
    const old = await redis.primary();
    await old.kill();
    await waitForFailover(redis, old);
    await pace(0, 12);
    await old.restart();
    await demote(redis, old);
  },
});

/** Kills the primary and restarts it before a replica can take its place. Without persistence it is then empty. */
export const primaryRestarted = (redis: RedisWithSentinels, effect: Fault["effect"]): Fault => ({
  kind: "primary restarted",
  ...(effect && { effect }),
  async happen() {
    const old = await redis.primary();
    await old.restart();
    await waitUntilReplicated(redis);
  },
});

/** Requests a failover. The old primary goes on for a while without knowing. */
export const failoverAsked = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "failover requested",
  ...(effect && { effect }),
  async happen(_random, pace) {
    const old = await redis.primary();
    const [sentinel] = redis.sentinels;
    await eventually(
      "the acceptance of a failover",
      async () => {
        return (await sentinel?.command("SENTINEL", "FAILOVER", redis.name)) === "OK";
      },
      failoverTimeout,
    );
    await waitForFailover(redis, old);
    await pace(1, 8);
    await demote(redis, old);
  },
});

/** Pauses a replica, so that not all can acknowledge. */
export const replicaPaused = (redis: RedisWithSentinels): Fault => ({
  kind: "replica paused",
  async happen(random, pace) {
    const replica = random.oneOf(await redis.replicas());
    replica.pause();
    await pace(1, 10);
    replica.resume();
    await waitUntilReplicated(redis);
  },
});

/**
 * Pauses the primary, sometimes until it has been replaced; it then resumes in the belief that it is still the
 * primary.
 */
export const primaryPaused = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "primary paused",
  ...(effect && { effect }),
  async happen(random, pace) {
    const old = await redis.primary();
    const isReplaced = random.chance(0.5);
    old.pause();
    try {
      if (isReplaced) await waitForFailover(redis, old);
      await pace(1, 6);
    } finally {
      old.resume();
    }
    if (isReplaced) await demote(redis, old);
    await waitUntilReplicated(redis);
  },
});

/** Isolates the replicas for a while, then kills the primary: the writes in between are lost. */
export const primaryKilledAlone = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "primary killed while its replicas are isolated",
  ...(effect && { effect }),
  async happen(_random, pace) {
    const old = await redis.primary();
    const replicas = await redis.replicas();
    await isolateReplicas(old, replicas);
    await pace(1, 6);
    await old.kill();
    for (const replica of replicas) replica.resume();
    await waitForFailover(redis, old);
    await old.restart();
    await demote(redis, old);
  },
});

/**
 * Cuts the replicas off from all further writes. To pause them is not enough: what was sent before would reach
 * them later.
 */
export async function isolateReplicas(
  primary: RedisProcess,
  replicas: readonly RedisProcess[],
): Promise<void> {
  for (const replica of replicas) replica.pause();
  await primary.command("CLIENT", "KILL", "TYPE", "replica");
}

/** Waits until the Sentinels have another primary. */
export async function waitForFailover(redis: RedisWithSentinels, old: RedisProcess): Promise<void> {
  await eventually("a failover", async () => (await redis.primary()) !== old, failoverTimeout);
}

/** Makes the old primary a replica at once; the Sentinels would take ten seconds. */
export async function demote(redis: RedisWithSentinels, old: RedisProcess): Promise<void> {
  const present = await redis.primary();
  if (present !== old) await old.command("REPLICAOF", "127.0.0.1", present.port);
  await waitUntilReplicated(redis);
}

/** Waits until both replicas replicate again. */
async function waitUntilReplicated(redis: RedisWithSentinels): Promise<void> {
  await redis.waitUntilReady();
}
