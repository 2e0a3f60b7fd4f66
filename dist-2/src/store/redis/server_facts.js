import { isRefusal } from "./failures.js";
const settings = [
    "appendfsync",
    "no-appendfsync-on-rewrite",
    "save",
    "shutdown-on-sigterm",
    "shutdown-on-sigint",
    "repl-diskless-sync",
    "repl-diskless-load",
];
/** For how many seconds after its start the time of the last save may still be that of the start. */
const startSlack = 2;
/** Asks a server. Rejects as its `ask` does, except that settings may be kept from us. */
export async function factsOf(server) {
    const info = String(await server.ask("INFO"));
    const field = (name) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
    const [major = 0, minor = 0] = field("redis_version").split(".").map(Number);
    const valkey = field("valkey_version");
    const number = (name) => Number(field(name));
    // What it has loaded then came from a primary. A primary that has read a snapshot of an earlier life as a replica has heard from none.
    const wasFilled = field("role") === "slave" || number("total_net_repl_input_bytes") > 0;
    // The count of saves can be set back by hand, their time cannot.
    const startedAt = number("server_time_usec") / 1_000_000 - number("uptime_in_seconds");
    const hasSaved = number("rdb_saves") > 0 || number("rdb_last_save_time") > startedAt + startSlack;
    return {
        address: server.address,
        product: valkey ? `Valkey ${valkey}` : `Redis ${field("redis_version")}`,
        version: [major, minor],
        isClusterNode: field("cluster_enabled") === "1",
        evictionPolicy: field("maxmemory_policy"),
        replicas: [...info.matchAll(/^slave\d+:ip=(.*?),port=(\d+)/gm)].map(([, ip, port]) => `${ip}:${port}`),
        appendOnly: field("aof_enabled") === "1",
        hasSnapshot: hasSaved || (!wasFilled && number("rdb_last_load_keys_loaded") > 0),
        hasModules: /^module:/m.test(info),
        settings: await settingsOf(server),
    };
}
/** Returns the settings; undefined where the server refuses CONFIG, in whatever words, or leaves out one of them. */
async function settingsOf(server) {
    let reply;
    try {
        reply = await server.ask("CONFIG", "GET", ...settings);
    }
    catch (error) {
        // Hosted servers do not have CONFIG and say so in words of their own, and an ACL user need not be allowed it.
        if (isRefusal(error))
            return undefined;
        throw error;
    }
    if (!Array.isArray(reply))
        return undefined;
    const values = new Map();
    for (let index = 0; index + 1 < reply.length; index += 2)
        values.set(reply[index], reply[index + 1]);
    if (!settings.every((name) => typeof values.get(name) === "string"))
        return undefined;
    return Object.fromEntries(settings.map((name) => [name, values.get(name)]));
}
/** Why a server cannot be used at all, if it cannot. */
export function objectionTo(facts, kind) {
    const [major] = facts.version;
    if (!(major > 0))
        return "does not report its version (redis_version in INFO); 7.0 or later is needed";
    if (major < 7)
        return `is ${facts.product}; 7.0 or later is needed`;
    if (facts.isClusterNode && kind !== "cluster") {
        return "is a node of a Redis Cluster; name it under store.redis.cluster";
    }
    if (facts.evictionPolicy === "") {
        return "does not report its maxmemory-policy (INFO), which must be noeviction";
    }
    if (facts.evictionPolicy !== "noeviction") {
        return `may throw tickets away (maxmemory-policy ${facts.evictionPolicy}); set that to noeviction`;
    }
    return undefined;
}
