import type { RedisProcess } from "../support/redis/redis_process.js";
import type { RedisWithSentinels } from "../support/redis/redis_sentinels.js";
import { eventually } from "./eventually.js";
import type { Fault } from "./faults.js";

/** How long a failover may take: Sentinels that were held up themselves do nothing for 30 seconds (TILT). */
const failoverTimeout = 90_000;

/** The primary is killed and a replica takes its place; later the old one comes back, as a replica. */
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

/** The primary is killed and back at once, before anybody could take its place: empty, if it saves nothing. */
export const primaryRestarted = (redis: RedisWithSentinels, effect: Fault["effect"]): Fault => ({
  kind: "primary restarted",
  ...(effect && { effect }),
  async happen() {
    const old = await redis.primary();
    await old.restart();
    await waitUntilReplicated(redis);
  },
});

/** A replica takes over because somebody asks for it. The old primary goes on for a while, and does not know. */
export const failoverAsked = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "failover asked",
  ...(effect && { effect }),
  async happen(_random, pace) {
    const old = await redis.primary();
    const [sentinel] = redis.sentinels;
    await eventually(
      "a failover is accepted",
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

/** A replica stands still, so that nothing can be confirmed by all. */
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

/** The primary stands still: for so long, sometimes, that it is replaced, and when it goes on it is a primary no more. */
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

/** The replicas hear nothing for a while, and then one of them has to take over: what was written meanwhile is lost. */
export const primaryKilledAlone = (redis: RedisWithSentinels, effect?: Fault["effect"]): Fault => ({
  kind: "primary killed while its replicas hear nothing",
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
 * From here on the replicas hear nothing of what is written. To stop them is not enough: what has been sent would wait for them.
 */
export async function isolateReplicas(
  primary: RedisProcess,
  replicas: readonly RedisProcess[],
): Promise<void> {
  for (const replica of replicas) replica.pause();
  await primary.command("CLIENT", "KILL", "TYPE", "replica");
}

/** Waits until the Sentinels take another one for the primary. */
export async function waitForFailover(redis: RedisWithSentinels, old: RedisProcess): Promise<void> {
  await eventually("a failover", async () => (await redis.primary()) !== old, failoverTimeout);
}

/** Sentinels take ten seconds to tell an old primary that it is one no more; whoever operates them need not wait for it. */
export async function demote(redis: RedisWithSentinels, old: RedisProcess): Promise<void> {
  const present = await redis.primary();
  if (present !== old) await old.command("REPLICAOF", "127.0.0.1", present.port);
  await waitUntilReplicated(redis);
}

/** Waits until both replicas follow again. */
async function waitUntilReplicated(redis: RedisWithSentinels): Promise<void> {
  await redis.waitUntilReady();
}
