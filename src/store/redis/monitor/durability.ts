import type { ReplicationOptions } from "../connection/command_executor.js";
import type { PersistenceInfo, ServerInfo } from "./server_info.js";

/** What holds when servers and nodes are killed, restarted or replaced by a replica. */
export interface Durability {
  /**
   * Durable: whatever was answered stays true, or the ticket is unknown. Nobody is signed in twice, and nobody by a ticket that was
   * refused. Best effort: what was answered last may be undone, and then both can happen.
   */
  readonly level: "durable" | "best effort";
  /** Why, as part of a sentence. */
  readonly reason: string;
}

/** What a server has after it was killed and started again. */
interface RestartState {
  /** Whether it is all that it had answered, or nothing. */
  readonly isSafe: boolean;
  readonly description: string;
}

/**
 * The level of a deployment: that of its weakest server.
 *
 * @param replicas What their replicas are like.
 * @param knownReplicas How many there are as far as Sentinels or the Cluster know.
 */
export function assessDurability(
  servers: readonly ServerInfo[],
  replication: ReplicationOptions,
  knownReplicas: number | undefined,
  replicas: readonly PersistenceInfo[],
): Durability {
  // One that comes back with an older state can be promoted while the primary is still away, as after a power cut.
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
  if (!first) return { level: "best effort", reason: "no server could be asked" };
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
      `${server.address} has ${replicas} ${replicas === 1 ? "replica" : "replicas"}, and answers wait for ` +
      `${replication.replicaAcks} (store.redis.replicaAcks): a failover may undo what was answered last`;
    return { level: "best effort", reason };
  }
  const restartState = restartStateOf(server, replicas > 0, replication.replicaFsync);
  const level = restartState.isSafe ? "durable" : "best effort";
  if (replication.replicaAcks === 0) return { level, reason: restartState.description };
  return {
    level,
    reason: `every answer waits for ${replication.replicaAcks} of ${replicas} replicas, and ${restartState.description}`,
  };
}

function restartStateOf(server: PersistenceInfo, hasReplicas: boolean, replicaFsync: boolean): RestartState {
  const risk = server.appendOnly
    ? appendOnlyRiskOf(server, hasReplicas, replicaFsync)
    : noPersistenceRiskOf(server, hasReplicas);
  if (risk !== undefined) return { isSafe: false, description: `${server.address} ${risk}` };
  const text = server.appendOnly
    ? "has every write on disk before it answers (appendfsync always)"
    : "saves nothing: after a restart its tickets are unknown, never old";
  return { isSafe: true, description: `${server.address} ${text}` };
}

const unknownSettings =
  "does not tell how it saves (CONFIG GET is refused, or it cannot be reached): a restart may undo what was answered last";

/** Why a server with an append-only file may come back with less than it has confirmed, if it may. */
function appendOnlyRiskOf(
  { settings }: PersistenceInfo,
  hasReplicas: boolean,
  replicaFsync: boolean,
): string | undefined {
  if (!settings) return unknownSettings;
  const { appendfsync, "no-appendfsync-on-rewrite": pause } = settings;
  if (appendfsync !== "always") {
    return `writes its file with appendfsync ${appendfsync}: a crash may undo what was answered last`;
  }
  if (pause === "yes") {
    return "has no-appendfsync-on-rewrite: a crash in the middle of a rewrite may undo what was answered";
  }
  // A replica that was just filled confirms by WAIT, while on disk there still is what it had before.
  if (hasReplicas && !replicaFsync) {
    return (
      "writes a file anew after it was filled as a replica, and confirms before that is done: a crash of all servers may bring back " +
      "what was true before (store.redis.replicaFsync, from Redis 7.2 on, waits for the file)"
    );
  }
  return undefined;
}

/** Why a server without an append-only file may come back with an old state, if it may. */
function noPersistenceRiskOf(
  { settings, hasSnapshot, hasModules }: PersistenceInfo,
  hasReplicas: boolean,
): string | undefined {
  if (!settings) return unknownSettings;
  if (settings.save !== "" || hasSnapshot) {
    return "comes back with its last snapshot: a restart may undo whatever was answered since";
  }
  for (const name of ["shutdown-on-sigterm", "shutdown-on-sigint"] as const) {
    if (!/\bsave\b/.test(settings[name])) continue;
    return `saves a snapshot when it is stopped (${name} ${settings[name]}), and comes back with that for good`;
  }
  if (!hasReplicas) return undefined;
  // A file by which a replica is filled outlives a replica that is killed while it reads it.
  for (const [name, wanted] of [
    ["repl-diskless-load", "swapdb"],
    ["repl-diskless-sync", "yes"],
  ] as const) {
    if (settings[name] === wanted) continue;
    return (
      `saves nothing, but a replica is filled by way of a file (${name} ${settings[name]}; should be ${wanted}): a restart may ` +
      "bring back what was true then"
    );
  }
  if (hasModules) {
    return "has modules, for which a replica may be filled by way of a file: a restart may bring back what was true then";
  }
  return undefined;
}
