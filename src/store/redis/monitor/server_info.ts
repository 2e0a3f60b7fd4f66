import { isReplyError } from "../connection/redis_errors.js";

/** A server that can be queried. */
interface Server {
  readonly address: string;
  query(...words: readonly string[]): Promise<unknown>;
}

/** The settings and the state that decide which data a server has after it was killed and started again. */
export interface PersistenceInfo {
  readonly address: string;
  /** True if the server writes an append-only file. */
  readonly appendOnly: boolean;
  /** True if there is a snapshot: the server has read one at its start or written one since. */
  readonly hasSnapshot: boolean;
  /** True if modules are loaded. A replica may then be filled through a file, whatever its settings say. */
  readonly hasModules: boolean;
  /** Persistence settings; undefined if the server does not report them. */
  readonly settings: Readonly<Record<(typeof settingNames)[number], string>> | undefined;
}

/** The report of a server about itself. */
export interface ServerInfo extends PersistenceInfo {
  /** Product and version, such as `Redis 7.0.15`. */
  readonly product: string;
  /** Major and minor version of Redis whose commands the server supports. */
  readonly version: readonly [major: number, minor: number];
  readonly isClusterNode: boolean;
  readonly evictionPolicy: string;
  /** `HOST:PORT` of each connected replica. */
  readonly replicas: readonly string[];
}

const settingNames = [
  "appendfsync",
  "no-appendfsync-on-rewrite",
  "save",
  "shutdown-on-sigterm",
  "shutdown-on-sigint",
  "repl-diskless-sync",
  "repl-diskless-load",
] as const;

/** Time after the start, in seconds, in which the time of the last save may still be that of the start. */
const startTolerance = 2;

/** Queries a server. Rejects like its `query`, except that it may refuse CONFIG. */
export async function fetchServerInfo(server: Server): Promise<ServerInfo> {
  const info = String(await server.query("INFO"));
  const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
  const [major = 0, minor = 0] = field("redis_version").split(".").map(Number);
  const valkey = field("valkey_version");
  const number = (name: string) => Number(field(name));
  // If so, what it has loaded came from a primary. A primary that loaded a snapshot from its earlier life as a
  // replica has received no replication input.
  const wasSyncedFromPrimary = field("role") === "slave" || number("total_net_repl_input_bytes") > 0;
  // The count of saves can be reset by hand, their time cannot.
  const startedAt = number("server_time_usec") / 1_000_000 - number("uptime_in_seconds");
  const hasSaved = number("rdb_saves") > 0 || number("rdb_last_save_time") > startedAt + startTolerance;
  return {
    address: server.address,
    product: valkey ? `Valkey ${valkey}` : `Redis ${field("redis_version")}`,
    version: [major, minor],
    isClusterNode: field("cluster_enabled") === "1",
    evictionPolicy: field("maxmemory_policy"),
    replicas: [...info.matchAll(/^slave\d+:ip=(.*?),port=(\d+)/gm)].map(([, ip, port]) => `${ip}:${port}`),
    appendOnly: field("aof_enabled") === "1",
    hasSnapshot: hasSaved || (!wasSyncedFromPrimary && number("rdb_last_load_keys_loaded") > 0),
    hasModules: /^module:/m.test(info),
    settings: await fetchSettings(server),
  };
}

/** Returns the settings; undefined if the server refuses CONFIG, in whatever words, or omits one setting. */
async function fetchSettings(server: Server): Promise<ServerInfo["settings"]> {
  let reply: unknown;
  try {
    reply = await server.query("CONFIG", "GET", ...settingNames);
  } catch (error) {
    // Hosted servers lack CONFIG and say so in their own words, and an ACL user may be denied it.
    if (isReplyError(error)) return undefined;
    throw error;
  }
  if (!Array.isArray(reply)) return undefined;
  const values = new Map<unknown, unknown>();
  for (let index = 0; index + 1 < reply.length; index += 2) values.set(reply[index], reply[index + 1]);
  if (!settingNames.every((name) => typeof values.get(name) === "string")) return undefined;
  return Object.fromEntries(settingNames.map((name) => [name, values.get(name)])) as ServerInfo["settings"];
}

/** Returns the reason why a server cannot be used at all, or undefined if it can. */
export function incompatibilityOf(
  info: ServerInfo,
  kind: "single" | "sentinel" | "cluster",
): string | undefined {
  const [major] = info.version;
  if (!(major > 0)) return "does not report its version (redis_version in INFO); 7.0 or later is needed";
  if (major < 7) return `is ${info.product}; 7.0 or later is needed`;
  if (info.isClusterNode && kind !== "cluster") {
    return "is a node of a Redis Cluster; name it under store.redis.cluster";
  }
  if (info.evictionPolicy === "") {
    return "does not report its maxmemory-policy (INFO), which must be noeviction";
  }
  if (info.evictionPolicy !== "noeviction") {
    return `may evict tickets (maxmemory-policy ${info.evictionPolicy}); set maxmemory-policy to noeviction`;
  }
  return undefined;
}
