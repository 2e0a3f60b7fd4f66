/**
 * The level of a deployment: that of its weakest server.
 *
 * @param replicas What their replicas are like.
 * @param known How many there are as far as Sentinels or the Cluster know.
 */
export function durabilityOf(servers, confirming, known, replicas) {
    // One that comes back with an older state can be promoted while the primary is still away, as after a power cut.
    const stale = replicas
        .map((replica) => comebackOf(replica, true, confirming.replicasOnDisk))
        .find(({ safe }) => !safe);
    if (stale)
        return { level: "best effort", because: `a replica may be promoted after a restart, and ${stale.text}` };
    const levels = servers.map((server) => levelOf(server, confirming, known ?? 0));
    const [first] = levels;
    if (!first)
        return { level: "best effort", because: "no server could be asked" };
    return levels.find(({ level }) => level === "best effort") ?? first;
}
function levelOf(server, confirming, known) {
    const replicas = Math.max(server.replicas.length, known);
    if (confirming.replicas < replicas) {
        const because = `${server.address} has ${replicas} ${replicas === 1 ? "replica" : "replicas"}, and answers wait for ` +
            `${confirming.replicas} (store.redis.replicas): a failover may undo what was answered last`;
        return { level: "best effort", because };
    }
    const comeback = comebackOf(server, replicas > 0, confirming.replicasOnDisk);
    const level = comeback.safe ? "durable" : "best effort";
    if (confirming.replicas === 0)
        return { level, because: comeback.text };
    return {
        level,
        because: `every answer waits for ${confirming.replicas} of ${replicas} replicas, and ${comeback.text}`,
    };
}
function comebackOf(server, hasReplicas, onDisk) {
    const flaw = server.appendOnly
        ? flawOfFile(server, hasReplicas, onDisk)
        : flawOfSavingNothing(server, hasReplicas);
    if (flaw !== undefined)
        return { safe: false, text: `${server.address} ${flaw}` };
    const text = server.appendOnly
        ? "has every write on disk before it answers (appendfsync always)"
        : "saves nothing: after a restart its tickets are unknown, never old";
    return { safe: true, text: `${server.address} ${text}` };
}
const untold = "does not tell how it saves (CONFIG GET is refused, or it cannot be reached): a restart may undo what was answered last";
/** Why a server with an append-only file may come back with less than it has confirmed, if it may. */
function flawOfFile({ settings }, hasReplicas, onDisk) {
    if (!settings)
        return untold;
    const { appendfsync, "no-appendfsync-on-rewrite": pause } = settings;
    if (appendfsync !== "always") {
        return `writes its file with appendfsync ${appendfsync}: a crash may undo what was answered last`;
    }
    if (pause === "yes") {
        return "has no-appendfsync-on-rewrite: a crash in the middle of a rewrite may undo what was answered";
    }
    // A replica that was just filled confirms by WAIT, while on disk there still is what it had before.
    if (hasReplicas && !onDisk) {
        return ("writes a file anew after it was filled as a replica, and confirms before that is done: a crash of all servers may bring back " +
            "what was true before (store.redis.replicasOnDisk, from Redis 7.2 on, waits for the file)");
    }
    return undefined;
}
/** Why a server without an append-only file may come back with an old state, if it may. */
function flawOfSavingNothing({ settings, hasSnapshot, hasModules }, hasReplicas) {
    if (!settings)
        return untold;
    if (settings.save !== "" || hasSnapshot) {
        return "comes back with its last snapshot: a restart may undo whatever was answered since";
    }
    for (const name of ["shutdown-on-sigterm", "shutdown-on-sigint"]) {
        if (!/\bsave\b/.test(settings[name]))
            continue;
        return `saves a snapshot when it is stopped (${name} ${settings[name]}), and comes back with that for good`;
    }
    if (!hasReplicas)
        return undefined;
    // A file by which a replica is filled outlives a replica that is killed while it reads it.
    for (const [name, wanted] of [
        ["repl-diskless-load", "swapdb"],
        ["repl-diskless-sync", "yes"],
    ]) {
        if (settings[name] === wanted)
            continue;
        return (`saves nothing, but a replica is filled by way of a file (${name} ${settings[name]}; should be ${wanted}): a restart may ` +
            "bring back what was true then");
    }
    if (hasModules) {
        return "has modules, for which a replica may be filled by way of a file: a restart may bring back what was true then";
    }
    return undefined;
}
