import { formatAddress, splitAddress } from "../../../base/address.js";
import { type Connection, type ConnectionOptions, connect } from "../connection/connection.js";
import { hashSlotOf } from "../keys.js";

/** Where keys lie, as it was known last. */
export interface Layout {
  /** `HOST:PORT` of each primary. */
  readonly primaries: readonly string[];
  /** The primary on which everything with this hash tag lies; undefined for a slot that nobody serves. */
  primaryOf(tag: string): string | undefined;
  /** How many replicas each primary has, as far as the Sentinels or the Cluster know; undefined where nobody knows. */
  readonly replicas: number | undefined;
}

/** Finds the primaries. Rejects with an Error that says why nobody could tell. */
export interface Topology {
  readonly kind: "single" | "sentinel" | "cluster";
  locate(): Promise<Layout>;
}

/** One server, always the same. */
export function createSingleServerTopology(address: string): Topology {
  const layout: Layout = { primaries: [address], primaryOf: () => address, replicas: undefined };
  return { kind: "single", locate: async () => layout };
}

export interface SentinelOptions {
  /** The name by which the Sentinels know the primary. */
  readonly name: string;
  /** `HOST:PORT` of each Sentinel. */
  readonly nodes: readonly string[];
  readonly connectionOptions: ConnectionOptions;
  readonly timeout: number;
}

/** The primary that Sentinels know. All are asked, and the one that knows of the latest failover is believed. */
export function createSentinelTopology({
  name,
  nodes,
  connectionOptions,
  timeout,
}: SentinelOptions): Topology {
  async function fetchLayout(connection: Connection) {
    const primary = parsePairs(await connection.call(["SENTINEL", "MASTER", name]));
    // All of them, those as well that are never promoted (priority 0): WAIT counts them too, and does not say which ones.
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
  /** `HOST:PORT` of some nodes; the others are found. */
  readonly nodes: readonly string[];
  readonly connectionOptions: ConnectionOptions;
  readonly timeout: number;
}

/** A Redis Cluster. All its nodes that are known are asked, and the one with the latest configuration is believed. */
export function createClusterTopology({ nodes, connectionOptions, timeout }: ClusterOptions): Topology {
  let known: ReadonlySet<string> = new Set(nodes);

  async function fetchLayout(connection: Connection, nodeAddress: string) {
    const info = String(await connection.call(["CLUSTER", "INFO"]));
    // The slots are told without the replicas that are away, and those may come back and be promoted.
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
      // Not those of all times: an address that was given up may be another Cluster's tomorrow.
      known = new Set([...nodes, ...layout.primaries]);
      return layout;
    },
  };
}

/** What the answer to CLUSTER NODES says: a line for each node, with its primary's id in the fourth place if it is a replica. */
function maxReplicaCount(nodes: string): number {
  const primaries = nodes.split("\n").flatMap((line) => {
    const [, , flags = "", primary] = line.split(" ");
    return flags.split(",").includes("slave") ? [primary] : [];
  });
  return Math.max(0, ...primaries.map((id) => primaries.filter((other) => other === id).length));
}

/** What the answer to CLUSTER SLOTS says: of each range of slots the first, the last, the primary and the replicas. */
function parseSlots(ranges: readonly unknown[], nodeAddress: string, replicas: number): Layout {
  const owners: (string | undefined)[] = [];
  for (const range of ranges) {
    const [first, last, primary] = toList(range);
    const [host, port] = toList(primary);
    // A node that does not know its own name says none.
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

/** Asks all nodes at once. A node that was cut off from the others answers what was true before. */
async function fetchLatestLayout(
  what: string,
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
  const reasons = answers.map(
    (answer, index) =>
      `${nodes[index]}: ${answer.status === "rejected" && answer.reason instanceof Error ? answer.reason.message : "no answer"}`,
  );
  throw new Error(`no ${what} answers: ${reasons.join("; ")}`);
}

/** Names and values that follow each other, as Redis writes a map in its older protocol. */
function parsePairs(reply: unknown): Readonly<Record<string, string>> {
  const flat = toList(reply).map(String);
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1] ?? ""]])),
  );
}

function toList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
