import { formatAddress, splitAddress } from "../../../base/address.js";
import { type Connection, type ConnectionOptions, connect } from "../connection/connection.js";
import { withMissingRight } from "../connection/redis_errors.js";
import { hashSlotOf } from "../keys.js";

/** The location of keys, as last known. */
export interface Layout {
  /** `HOST:PORT` of each primary. */
  readonly primaries: readonly string[];
  /** Returns the primary that holds the keys with this hash tag; undefined for a slot that no server has. */
  primaryOf(tag: string): string | undefined;
  /** Number of replicas per primary, as known to the Sentinels or the Cluster; undefined if nobody knows. */
  readonly replicas: number | undefined;
}

/** A way to locate the primaries. `locate` rejects with an Error that says why no server replied. */
export interface Topology {
  readonly kind: "single" | "sentinel" | "cluster";
  locate(): Promise<Layout>;
}

/** Creates a topology of one fixed server. */
export function createSingleServerTopology(address: string): Topology {
  const layout: Layout = { primaries: [address], primaryOf: () => address, replicas: undefined };
  return { kind: "single", locate: async () => layout };
}

export interface SentinelOptions {
  /** Name of the primary at the Sentinels. */
  readonly name: string;
  /** `HOST:PORT` of each Sentinel. */
  readonly nodes: readonly string[];
  readonly connectionOptions: ConnectionOptions;
  readonly timeout: number;
}

/** Creates a topology from Sentinels. It asks all of them and uses the reply with the latest failover. */
export function createSentinelTopology({
  name,
  nodes,
  connectionOptions,
  timeout,
}: SentinelOptions): Topology {
  async function fetchLayout(connection: Connection) {
    const primary = parsePairs(await connection.call(["SENTINEL", "MASTER", name]));
    // Includes replicas that are never promoted (priority 0): WAIT counts them too, without saying which ones
    // replied.
    const replicas = toList(await connection.call(["SENTINEL", "REPLICAS", name]));
    const address = formatAddress({ host: primary.ip ?? "", port: Number(primary.port) });
    const layout: Layout = { primaries: [address], primaryOf: () => address, replicas: replicas.length };
    return { epoch: Number(primary["config-epoch"]), layout };
  }
  return {
    kind: "sentinel",
    locate: () => fetchLatestLayout("Sentinel", nodes, connectionOptions, timeout, fetchLayout),
  };
}

export interface ClusterOptions {
  /** `HOST:PORT` of some nodes; the others are discovered. */
  readonly nodes: readonly string[];
  readonly connectionOptions: ConnectionOptions;
  readonly timeout: number;
}

/** Creates a topology of a Redis Cluster. It asks all known nodes and uses the reply with the latest configuration. */
export function createClusterTopology({ nodes, connectionOptions, timeout }: ClusterOptions): Topology {
  let known: ReadonlySet<string> = new Set(nodes);

  async function fetchLayout(connection: Connection, nodeAddress: string) {
    const info = String(await connection.call(["CLUSTER", "INFO"]));
    // CLUSTER SLOTS leaves out the replicas that are down, which may come back and be promoted.
    const replicas = maxReplicaCount(String(await connection.call(["CLUSTER", "NODES"])));
    const layout = parseSlots(toList(await connection.call(["CLUSTER", "SLOTS"])), nodeAddress, replicas);
    if (layout.primaries.length === 0) throw new Error("its Cluster serves no slots");
    return { epoch: Number(/cluster_current_epoch:(\d+)/.exec(info)?.[1] ?? 0), layout };
  }
  return {
    kind: "cluster",
    async locate() {
      const layout = await fetchLatestLayout(
        "Cluster node",
        [...known],
        connectionOptions,
        timeout,
        fetchLayout,
      );
      // Without earlier addresses: one that was given up may belong to another Cluster tomorrow.
      known = new Set([...nodes, ...layout.primaries]);
      return layout;
    },
  };
}

/**
 * Returns the highest number of replicas of a primary. CLUSTER NODES has a line for each node, with its
 * primary's id in the fourth field if it is a replica.
 */
function maxReplicaCount(nodes: string): number {
  const primaries = nodes.split("\n").flatMap((line) => {
    const [, , flags = "", primary] = line.split(" ");
    return flags.split(",").includes("slave") ? [primary] : [];
  });
  return Math.max(0, ...primaries.map((id) => primaries.filter((other) => other === id).length));
}

/** Parses CLUSTER SLOTS: for each range of slots the first, the last, the primary and the replicas. */
function parseSlots(ranges: readonly unknown[], nodeAddress: string, replicas: number): Layout {
  const owners: (string | undefined)[] = [];
  for (const range of ranges) {
    const [first, last, primary] = toList(range);
    const [host, port] = toList(primary);
    // A node that does not know its own host name reports none.
    const address = formatAddress({
      host: host ? String(host) : splitAddress(nodeAddress).host,
      port: Number(port),
    });
    for (let slot = Number(first); slot <= Number(last); slot++) owners[slot] = address;
  }
  return {
    primaries: [...new Set(owners.filter((owner) => owner !== undefined))],
    primaryOf: (tag) => owners[hashSlotOf(tag)],
    replicas,
  };
}

/** Asks all nodes at once for the latest layout. A node that was cut off from the others reports an earlier one. */
async function fetchLatestLayout(
  nodeKind: string,
  nodes: readonly string[],
  connectionOptions: ConnectionOptions,
  timeout: number,
  fetchLayout: (connection: Connection, nodeAddress: string) => Promise<{ epoch: number; layout: Layout }>,
): Promise<Layout> {
  const answers = await Promise.allSettled(
    nodes.map(async (address) => {
      const connection = await connect(address, connectionOptions, timeout);
      try {
        return await fetchLayout(connection, address);
      } finally {
        connection.close();
      }
    }),
  );
  const results = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const [newest] = results.toSorted((a, b) => b.epoch - a.epoch);
  if (newest) return newest.layout;
  const reasons = answers.map((answer, index) => {
    const isError = answer.status === "rejected" && answer.reason instanceof Error;
    return `${nodes[index]}: ${isError ? withMissingRight(answer.reason.message) : "no reply"}`;
  });
  throw new Error(`no ${nodeKind} answers: ${reasons.join("; ")}`);
}

/** Returns alternating names and values, as Redis writes a map in RESP2, as a record. */
function parsePairs(reply: unknown): Readonly<Record<string, string>> {
  const flat = toList(reply).map(String);
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1] ?? ""]])),
  );
}

function toList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
