import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { hexDigest } from "../src/domain/secrets.js";
/** The app credential of the benchmark. */
export const credential = { appId: "bench", secret: "not-a-secret" };
/** The key with which the benchmark's users prove themselves. Without a pattern, which the configuration would refuse. */
export const userKey = "k3V9qLx7TzB1nWf5RjY8sHc2GdP6mUa0";
export const userPool = { issuer: "https://id.example.com/", audience: "mobile-app" };
/** Starts the server that does nothing; `preload` is as in {@link ServiceOptions}. */
export async function startBare(preload) {
    const words = [...preloading(preload), built("bench/bare_server.js")];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
    if (!child.stdout)
        throw new Error("the bare server has no output");
    const [address] = await Promise.race([once(createInterface(child.stdout), "line"), gone(child, "bare")]);
    return { ...target("bare", child, String(address)), child };
}
/** The device grant of oidc-provider. Its warnings about its runtime and its settings are not shown. */
export async function startDeviceServer() {
    const words = [built("bench/device_server.js")];
    const child = spawn(process.execPath, words, {
        stdio: ["ignore", "pipe", "ignore", "ipc"],
        env: { NODE_ENV: "production" },
    });
    if (!child.stdout)
        throw new Error("the device server has no output");
    const name = "oidc-provider";
    return target(name, child, await Promise.race([listeningAddress(child.stdout), gone(child, name)]));
}
async function listeningAddress(output) {
    for await (const line of createInterface(output)) {
        const address = /^listening on (.+)$/.exec(line)?.[1];
        if (address !== undefined) {
            output.resume();
            return address;
        }
    }
    throw new Error("the device server told no address");
}
/**
 * The service as production starts it: built code, credentials checked, log to a file. Whoever calls waits until it
 * answers.
 */
export async function startService(options) {
    const { name, folder, words = [], preload, entry } = options;
    const address = `127.0.0.1:${await freePort()}`;
    const file = join(folder, fileName(name));
    const keyFile = options.tokens ? `${file}.pem` : undefined;
    if (keyFile)
        writeFileSync(keyFile, newSigningKey(), { mode: 0o600 });
    writeFileSync(`${file}.yaml`, configurationOf(address, options, keyFile));
    const log = openSync(`${file}.log`, "a");
    const serve = [built(entry ?? "src/main.js"), "serve", "--config", `${file}.yaml`, ...words];
    const child = spawn(process.execPath, [...preloading(preload), ...serve], {
        stdio: ["ignore", log, "inherit", ...(preload || entry ? ["ipc"] : [])],
        env: { NODE_ENV: "production" },
    });
    return { ...target(name, child, address), child };
}
function preloading(file) {
    return file ? ["--expose-gc", "--import", pathToFileURL(built(file)).href] : [];
}
/** The file to which such a service writes its log. */
export function logFileOf({ name, folder }) {
    return join(folder, `${fileName(name)}.log`);
}
const fileName = (name) => name.replaceAll(/\W+/g, "-");
// JSON is YAML too. The caps are raised, never removed: a run of twenty rounds makes fewer than two million tickets.
function configurationOf(address, { level, redis, settings, grpc }, keyFile) {
    const { issuer, audience } = userPool;
    return JSON.stringify({
        grpc: { address, limits: { watches: 100_000, watchesPerApp: 100_000 }, ...grpc },
        log: { level },
        store: {
            maxTickets: 10_000_000,
            maxTicketsPerApp: 10_000_000,
            ...(redis && { kind: "redis", redis }),
        },
        ...(keyFile && { tokenIssuer: { issuer: "https://login.example.com/", keys: [{ file: keyFile }] } }),
        userPools: [{ id: "customers", issuer, audience: [audience], keys: { hs256Secret: userKey } }],
        apps: [{ id: credential.appId, userPool: "customers", secretSha256: [hexDigest(credential.secret)] }],
        ...settings,
    });
}
function newSigningKey() {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
/** A child process as a server under load. */
export function target(name, child, address) {
    return {
        name,
        address,
        cpuMicroseconds() {
            if (child.exitCode !== null)
                throw new Error(`the server "${name}" has stopped with ${child.exitCode}`);
            return cpuOf(child.pid ?? 0);
        },
        async stop() {
            if (child.exitCode !== null || child.signalCode !== null)
                return;
            child.kill();
            await once(child, "exit");
        },
    };
}
/** User and system time of one process, in microseconds. */
export function cpuOf(pid) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the name in brackets and may hold spaces; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
/** Rejects when the process has ended. */
export async function gone(child, name) {
    const [code] = await once(child, "exit");
    throw new Error(`the server "${name}" has stopped with ${code}`);
}
/** The service does not tell its address where the log holds warnings only, so it cannot choose the port itself. */
export async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    await once(server, "close");
    if (address === null || typeof address === "string")
        throw new Error("no free port");
    return address.port;
}
/** The file that was built from this one. */
export function built(path) {
    return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
