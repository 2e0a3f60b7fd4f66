import { spawnSync } from "node:child_process";
import { vi } from "vitest";
import { infoOf } from "./redis_commands.js";
import { type RedisProcess, startRedis } from "./redis_process.js";

/** Primary and its replicas. */
export interface ReplicatedRedis {
  readonly primary: RedisProcess;
  readonly replicas: readonly RedisProcess[];
  /** Waits until all replicas follow the primary. */
  waitUntilReplicated(): Promise<void>;
  /**
   * Waits until the primary knows that all replicas have all its data. While writes wait for replicas, that
   * lasts only for moments.
   */
  waitUntilAcknowledged(): Promise<void>;
  release(): Promise<void>;
}

/** True if the installed server has WAITAOF: Redis 7.2 or later, and every Valkey. */
export const hasWaitAof = /v=(7\.[2-9]|[89]\.|\d\d)/.test(
  spawnSync("redis-server", ["--version"]).stdout?.toString() ?? "",
);

const fastSyncArgs = ["--repl-diskless-sync-delay", "0"];

/**
 * Arguments that synchronize replicas without a file, which the durable level requires of servers without
 * persistence.
 */
export const disklessLoadArgs = ["--repl-diskless-load", "swapdb"];

/**
 * Starts them and waits until all replicas are connected.
 *
 * @param primaryPort Returns the port by which the replicas reach the primary.
 * @param args Arguments that set the persistence of the servers.
 */
export async function startReplicatedRedis(
  count: number,
  primaryPort = async (primary: RedisProcess) => primary.port,
  args: readonly string[] = disklessLoadArgs,
): Promise<ReplicatedRedis> {
  const start = () => startRedis({ args: [...fastSyncArgs, ...args] });
  const [primary, replicas] = await Promise.all([start(), Promise.all(Array.from({ length: count }, start))]);
  const port = await primaryPort(primary);
  for (const replica of replicas) await replica.command("REPLICAOF", "127.0.0.1", port);

  /**
   * A replica that has never acknowledged an offset counts as being at 0, so something has to be written first.
   */
  async function waitUntilReplicated(): Promise<void> {
    await primary.command("SET", "written", "something");
    await waitUntilAcknowledged();
  }

  const waitUntilAcknowledged = () => vi.waitFor(allHaveEverything, { timeout: 60_000, interval: 20 });

  async function allHaveEverything(): Promise<void> {
    const info = await infoOf(primary, "replication");
    const state = `state=online,offset=${info.get("master_repl_offset")},`;
    const having = [...info].filter(([name, fields]) => /^slave\d+$/.test(name) && fields.includes(state));
    if (having.length !== count) throw new Error(`${having.length} of ${count} replicas have everything`);
  }

  await waitUntilReplicated();
  return {
    primary,
    replicas,
    waitUntilReplicated,
    waitUntilAcknowledged,
    release: async () => void (await Promise.all([primary, ...replicas].map((server) => server.release()))),
  };
}
