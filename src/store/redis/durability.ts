import type { SavingFacts, ServerFacts } from "./server_facts.js";

/** What holds when servers and nodes are killed, restarted or replaced by a replica. */
export interface Durability {
  /**
   * Durable: whatever was answered stays true, or the ticket is unknown. Nobody is signed in twice, and nobody by a ticket that was
   * refused. Best effort: what was answered last may be undone, and then both can happen.
   */
  readonly level: "durable" | "best effort";
  /** Why, as part of a sentence. */
  readonly because: string;
}

/** What a server has after it was killed and started again. */
interface Comeback {
  /** Whether it is all that it had answered, or nothing. */
  readonly safe: boolean;
  readonly text: string;
}

/**
 * The level of a deployment: that of its weakest server.
 *
 * @param confirming How many replicas confirm every answer.
 * @param replicas What their replicas are like.
 * @param known How many there are as far as Sentinels or the Cluster know.
 */
export function durabilityOf(
  servers: readonly ServerFacts[],
  confirming: number,
  known: number | undefined,
  replicas: readonly SavingFacts[],
): Durability {
  // One that comes back with an older state can be promoted while the primary is still away, as after a power cut.
  const stale = replicas.map((replica) => comebackOf(replica, true)).find(({ safe }) => !safe);
  if (stale)
    return { level: "best effort", because: `a replica may be promoted after a restart, and ${stale.text}` };
  const levels = servers.map((server) => levelOf(server, confirming, known ?? 0));
  const [first] = levels;
  if (!first) return { level: "best effort", because: "no server could be asked" };
  return levels.find(({ level }) => level === "best effort") ?? first;
}

function levelOf(server: ServerFacts, confirming: number, known: number): Durability {
  const replicas = Math.max(server.replicas.length, known);
  if (confirming < replicas) {
    const because =
      `${server.address} has ${replicas} ${replicas === 1 ? "replica" : "replicas"}, and answers wait for ${confirming} (store.redis.replicas): ` +
      "a failover may undo what was answered last";
    return { level: "best effort", because };
  }
  const comeback = comebackOf(server, replicas > 0);
  const level = comeback.safe ? "durable" : "best effort";
  if (confirming === 0) return { level, because: comeback.text };
  return {
    level,
    because: `every answer waits for ${confirming} of ${replicas} replicas, and ${comeback.text}`,
  };
}

function comebackOf(server: SavingFacts, hasReplicas: boolean): Comeback {
  const { address, appendOnly, settings } = server;
  if (!settings) {
    const text = `${address} does not tell how it saves (CONFIG GET is refused, or it cannot be reached): a restart may undo what was answered last`;
    return { safe: false, text };
  }
  if (appendOnly) {
    const { appendfsync, "no-appendfsync-on-rewrite": pause } = settings;
    if (appendfsync !== "always") {
      const text = `${address} writes its file with appendfsync ${appendfsync}: a crash may undo what was answered last`;
      return { safe: false, text };
    }
    if (pause === "yes") {
      const text = `${address} has no-appendfsync-on-rewrite: a crash in the middle of a rewrite may undo what was answered`;
      return { safe: false, text };
    }
    return { safe: true, text: `${address} has every write on disk before it answers (appendfsync always)` };
  }
  if (settings.save !== "" || server.hasSnapshot) {
    const text = `${address} comes back with its last snapshot: a restart may undo whatever was answered since`;
    return { safe: false, text };
  }
  if (hasReplicas && settings["rdb-del-sync-files"] !== "yes") {
    const text =
      `${address} saves nothing, but keeps the file by which a replica was filled (rdb-del-sync-files no): a restart may ` +
      "bring back what was true then";
    return { safe: false, text };
  }
  return { safe: true, text: `${address} saves nothing: after a restart its tickets are unknown, never old` };
}
