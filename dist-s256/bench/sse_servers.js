import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { hexDigest } from "../src/domain/secrets.js";
import { metered } from "./metered.js";
import { built, credential, freePort, gone, target, userKey, userPool } from "./servers.js";
/** A key for every gateway of the run: a ticket that was made at one is followed at another. */
const handleKey = randomBytes(32).toString("base64url");
/** Tickets outlive the run; no cap of the gateway or the service is met. */
const patient = { ttl: "600s", maxTtl: "600s" };
/** The service behind the gateways, as production starts it. Whoever calls waits until it answers. */
export async function startSseService(folder, heartbeatMs) {
    const address = `127.0.0.1:${await freePort()}`;
    const { issuer, audience } = userPool;
    const child = startBuilt("serve", folder, {
        grpc: { address },
        tickets: patient,
        watch: { heartbeat: `${heartbeatMs}ms` },
        userPools: [{ id: "customers", issuer, audience: [audience], keys: { hs256Secret: userKey } }],
        apps: [{ id: credential.appId, userPool: "customers", secretSha256: [hexDigest(credential.secret)] }],
    });
    return target("service", child, address);
}
/** A gateway as production starts it, but for the flag that lets the collection be forced. Answers already. */
export async function startGateway(folder, service, heartbeatMs) {
    const address = `127.0.0.1:${await freePort()}`;
    const child = startBuilt("gateway", folder, {
        gateway: {
            address,
            service: { address: service },
            apps: [{ id: credential.appId, secret: credential.secret }],
            handleKeys: [handleKey],
            heartbeat: `${heartbeatMs}ms`,
            limits: { createsPerMinute: 1_000_000, callsPerMinute: 1_000_000, streams: 100_000 },
        },
    });
    await Promise.race([answering(address), gone(child, "gateway")]);
    return metered(target("gateway", child, address), child);
}
/** The server that does nothing but stream. */
export async function startBareSse(heartbeatMs) {
    const words = [...meter, built("bench/bare_sse_server.js"), String(heartbeatMs)];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
    if (!child.stdout)
        throw new Error("the bare server has no output");
    const [url] = await Promise.race([once(createInterface(child.stdout), "line"), gone(child, "bare")]);
    return metered(target("bare", child, new URL(String(url)).host), child);
}
const meter = ["--expose-gc", "--import", pathToFileURL(built("bench/meter.js")).href];
function startBuilt(command, folder, configuration) {
    const file = join(folder, `${command}.yaml`);
    // JSON is YAML too.
    writeFileSync(file, JSON.stringify({ log: { level: "info" }, ...configuration }));
    const log = openSync(join(folder, `${command}.log`), "a");
    const words = [...meter, built("src/main.js"), command, "--config", file];
    const env = { NODE_ENV: "production" };
    return spawn(process.execPath, words, { stdio: ["ignore", log, "inherit", "ipc"], env });
}
async function answering(address) {
    for (const end = Date.now() + 10_000; Date.now() < end; await pause(50)) {
        const ok = await fetch(`http://${address}/healthz`).then((response) => response.ok, () => false);
        if (ok)
            return;
    }
    throw new Error("the gateway does not answer");
}
