import type { ReplicationOptions } from "../connection/command_executor.js";
import type { PersistenceInfo, ServerInfo } from "./server_info.js";

/** The guarantee that holds when servers and nodes are killed, restarted or replaced by a replica. */
export interface Durability {
  /**
   * Level of the guarantee. Durable: an acknowledged write stays, or its ticket becomes unknown, so no ticket
   * signs in twice or after it was cancelled. Best effort: the last acknowledged writes may be lost, and then
   * both can happen.
   */
  readonly level: "durable" | "best effort";
  /** Reason, as part of a sentence. */
  readonly reason: string;
}

/** The data of a server after it was killed and started again. */
interface RestartState {
  /** True if that is every acknowledged write, or nothing. */
  readonly isSafe: boolean;
  readonly description: string;
}

/**
 * Returns the durability of a deployment, which is that of its weakest server.
 *
 * @param knownReplicas Number of replicas per primary as known to the Sentinels or the Cluster.
 * @param replicas Persistence of the replicas of `servers`.
 */
export function assessDurability(
  servers: readonly ServerInfo[],
  replication: ReplicationOptions,
  knownReplicas: number | undefined,
  replicas: readonly PersistenceInfo[],
): Durability {
  // A replica that restarts with an older state can be promoted while the primary is down, as after a power failure.
  const riskyReplica = replicas
    .map((replica) => restartStateOf(replica, true, replication.replicaFsync))
    .find(({ isSafe }) => !isSafe);
  if (riskyReplica)
    return {
      level: "best effort",
      reason: `a replica may be promoted after a restart, and ${riskyReplica.description}`,
    };
  const levels = servers.map((server) => assessServer(server, replication, knownReplicas ?? 0));
  const [first] = levels;
  if (!first) return { level: "best effort", reason: "no server could be queried" };
  return levels.find(({ level }) => level === "best effort") ?? first;
}

function assessServer(
  server: ServerInfo,
  replication: ReplicationOptions,
  knownReplicas: number,
): Durability {
  const replicas = Math.max(server.replicas.length, knownReplicas);
  if (replication.replicaAcks < replicas) {
    const reason =
      `${server.address} has ${replicas} ${replicas === 1 ? "replica" : "replicas"}, but replies wait for ` +
      `${replication.replicaAcks} (store.redis.replicaAcks): a failover may lose acknowledged writes`;
    return { level: "best effort", reason };
  }
  const restartState = restartStateOf(server, replicas > 0, replication.replicaFsync);
  const level = restartState.isSafe ? "durable" : "best effort";
  if (replication.replicaAcks === 0) return { level, reason: restartState.description };
  return {
    level,
    reason: `every reply waits for ${replication.replicaAcks} of ${replicas} replicas, and ${restartState.description}`,
  };
}

function restartStateOf(server: PersistenceInfo, hasReplicas: boolean, replicaFsync: boolean): RestartState {
  const risk = server.appendOnly
    ? appendOnlyRiskOf(server, hasReplicas, replicaFsync)
    : noPersistenceRiskOf(server, hasReplicas);
  if (risk !== undefined) return { isSafe: false, description: `${server.address} ${risk}` };
  const text = server.appendOnly
    ? "fsyncs every write before it replies (appendfsync always)"
    : "has no persistence: after a restart its tickets are gone, never stale";
  return { isSafe: true, description: `${server.address} ${text}` };
}

const unknownSettings =
  "has unknown persistence settings (CONFIG GET failed, or it is unreachable): a restart may lose acknowledged writes";

/** Returns the reason why a server with an append-only file may lose confirmed writes, or undefined if it may not. */
function appendOnlyRiskOf(
  { settings }: PersistenceInfo,
  hasReplicas: boolean,
  replicaFsync: boolean,
): string | undefined {
  if (!settings) return unknownSettings;
  const { appendfsync, "no-appendfsync-on-rewrite": pause } = settings;
  if (appendfsync !== "always") {
    return `has appendfsync ${appendfsync}: a crash may lose acknowledged writes`;
  }
  if (pause === "yes") {
    return "has no-appendfsync-on-rewrite yes: a crash during a rewrite may lose acknowledged writes";
  }
  // A replica that has just resynchronized acknowledges by WAIT while its disk still has the older data.
  if (hasReplicas && !replicaFsync) {
    return (
      "writes a new file after it resynchronized as a replica, and acknowledges before that is done: a crash of all " +
      "servers may restore an older state (store.redis.replicaFsync, from Redis 7.2 on, waits for the file)"
    );
  }
  return undefined;
}

/** Returns the reason why a server without an append-only file may restore an old state, or undefined if it may not. */
function noPersistenceRiskOf(
  { settings, hasSnapshot, hasModules }: PersistenceInfo,
  hasReplicas: boolean,
): string | undefined {
  if (!settings) return unknownSettings;
  if (settings.save !== "" || hasSnapshot) {
    return "restores its last snapshot: a restart may lose every write since";
  }
  for (const name of ["shutdown-on-sigterm", "shutdown-on-sigint"] as const) {
    if (!/\bsave\b/.test(settings[name])) continue;
    return `saves a snapshot when it is stopped (${name} ${settings[name]}), and restores it at every later start`;
  }
  if (!hasReplicas) return undefined;
  // The file for the synchronization of a replica remains if the replica is killed while it reads that file.
  for (const [name, wanted] of [
    ["repl-diskless-load", "swapdb"],
    ["repl-diskless-sync", "yes"],
  ] as const) {
    if (settings[name] === wanted) continue;
    return (
      `has no persistence, but a replica is filled through a file (${name} ${settings[name]}; should be ${wanted}): ` +
      "a restart may restore the state in that file"
    );
  }
  if (hasModules) {
    return "has modules, so a replica may be filled through a file: a restart may restore the state in that file";
  }
  return undefined;
}
