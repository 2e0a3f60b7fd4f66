import { isReplyError } from "../connection/redis_errors.js";

/** What can be asked. */
interface Server {
  readonly address: string;
  query(...words: readonly string[]): Promise<unknown>;
}

/** What decides what a server has after it was killed and started again. */
export interface PersistenceInfo {
  readonly address: string;
  /** Whether an append-only file is written. */
  readonly appendOnly: boolean;
  /** Whether there is a snapshot: the server has read one at its start, or written one since. */
  readonly hasSnapshot: boolean;
  /** Whether modules are loaded. A replica then may be filled by way of a file whatever its settings say. */
  readonly hasModules: boolean;
  /** Its settings; undefined where it does not tell. */
  readonly settings: Readonly<Record<(typeof settingNames)[number], string>> | undefined;
}

/** What a server says of itself. */
export interface ServerInfo extends PersistenceInfo {
  /** Such as `Redis 7.0.15`. */
  readonly product: string;
  /** Major and minor version of Redis whose commands it has. */
  readonly version: readonly [major: number, minor: number];
  readonly isClusterNode: boolean;
  readonly evictionPolicy: string;
  /** `HOST:PORT` of each replica that is connected. */
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

/** For how many seconds after its start the time of the last save may still be that of the start. */
const startTolerance = 2;

/** Asks a server. Rejects as its `ask` does, except that settings may be kept from us. */
export async function fetchServerInfo(server: Server): Promise<ServerInfo> {
  const info = String(await server.query("INFO"));
  const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
  const [major = 0, minor = 0] = field("redis_version").split(".").map(Number);
  const valkey = field("valkey_version");
  const number = (name: string) => Number(field(name));
  // What it has loaded then came from a primary. A primary that has read a snapshot of an earlier life as a replica has heard from none.
  const wasSyncedFromPrimary = field("role") === "slave" || number("total_net_repl_input_bytes") > 0;
  // The count of saves can be set back by hand, their time cannot.
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

/** Returns the settings; undefined where the server refuses CONFIG, in whatever words, or leaves out one of them. */
async function fetchSettings(server: Server): Promise<ServerInfo["settings"]> {
  let reply: unknown;
  try {
    reply = await server.query("CONFIG", "GET", ...settingNames);
  } catch (error) {
    // Hosted servers do not have CONFIG and say so in words of their own, and an ACL user need not be allowed it.
    if (isReplyError(error)) return undefined;
    throw error;
  }
  if (!Array.isArray(reply)) return undefined;
  const values = new Map<unknown, unknown>();
  for (let index = 0; index + 1 < reply.length; index += 2) values.set(reply[index], reply[index + 1]);
  if (!settingNames.every((name) => typeof values.get(name) === "string")) return undefined;
  return Object.fromEntries(settingNames.map((name) => [name, values.get(name)])) as ServerInfo["settings"];
}

/** Why a server cannot be used at all, if it cannot. */
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
    return `may throw tickets away (maxmemory-policy ${info.evictionPolicy}); set that to noeviction`;
  }
  return undefined;
}
