import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { sha256Hex } from "../src/domain/secrets.js";
import type { HostKind } from "../test/gateway/hosts.js";
import {
  builtFile,
  credential,
  freePort,
  rejectOnExit,
  type Target,
  toTarget,
  userKey,
  userPool,
} from "./servers.js";
import { type MeteredTarget, withMeter } from "./usage_meter.js";

/** Handle key of all gateways in the run, so that a ticket created at one can be watched at another. */
const handleKey = randomBytes(32).toString("base64url");

/** Lifetimes longer than the run. No limit of the gateway or the service is reached. */
const longTtl = { ttl: "600s", maxTtl: "600s" };

/** Starts the service behind the gateways as in production. The caller waits until it responds. */
export async function startSseService(folder: string, heartbeatMs: number): Promise<Target> {
  const address = `127.0.0.1:${await freePort()}`;
  const { issuer, audience } = userPool;
  const child = startBuilt("serve", folder, {
    grpc: { address },
    tickets: longTtl,
    watch: { heartbeatInterval: `${heartbeatMs}ms` },
    userPools: [{ id: "customers", issuer, audience: [audience], keys: { hs256Secret: userKey } }],
    apps: [{ id: credential.appId, userPool: "customers", secretSha256: [sha256Hex(credential.secret)] }],
  });
  return toTarget("service", child, address);
}

/**
 * Starts a gateway as in production, except for the flag that allows forced garbage collection. Resolves when
 * it responds.
 */
export async function startGateway(
  folder: string,
  service: string,
  heartbeatMs: number,
): Promise<MeteredTarget> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = startBuilt("gateway", folder, {
    gateway: {
      address,
      service: { address: service },
      apps: [{ id: credential.appId, secret: credential.secret }],
      handleKeys: [handleKey],
      heartbeatInterval: `${heartbeatMs}ms`,
      limits: { ticketsPerMinute: 1_000_000, callsPerMinute: 1_000_000, streams: 100_000 },
    },
  });
  await Promise.race([waitUntilReady(address), rejectOnExit(child, "gateway")]);
  return withMeter(toTarget("gateway", child, address), child);
}

/** Starts the server that only streams. */
export function startBareSse(heartbeatMs: number): Promise<MeteredTarget> {
  return startPrinting("bare", [builtFile("bench/bare_sse_server.js"), String(heartbeatMs)]);
}

/** Starts a site's server with the gateway in it, with the handle key of all gateways in the run. */
export function startHandlerHost(kind: HostKind, service: string): Promise<MeteredTarget> {
  return startPrinting(kind, [builtFile("bench/handler_server.js"), kind, service, handleKey]);
}

/** Starts a server that prints its URL. */
async function startPrinting(name: string, program: readonly string[]): Promise<MeteredTarget> {
  const child = spawn(process.execPath, [...meterArguments, ...program], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (!child.stdout) throw new Error(`the server ${name} has no standard output`);
  const [url] = await Promise.race([once(createInterface(child.stdout), "line"), rejectOnExit(child, name)]);
  return withMeter(toTarget(name, child, new URL(url).host), child);
}

const meterArguments = ["--expose-gc", "--import", pathToFileURL(builtFile("bench/usage_reporter.js")).href];

function startBuilt(command: "serve" | "gateway", folder: string, configuration: object): ChildProcess {
  const file = join(folder, `${command}.yaml`);
  // JSON is also YAML.
  writeFileSync(file, JSON.stringify({ log: { level: "info" }, ...configuration }));
  const log = openSync(join(folder, `${command}.log`), "a");
  const words = [...meterArguments, builtFile("src/main.js"), command, "--config", file];
  const env = { NODE_ENV: "production" };
  return spawn(process.execPath, words, { stdio: ["ignore", log, "inherit", "ipc"], env });
}

async function waitUntilReady(address: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(50)) {
    const ok = await fetch(`http://${address}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
  }
  throw new Error("the gateway does not respond");
}
