import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { hexDigest } from "../src/domain/secrets.js";

/** A server in a process of its own, under load. */
export interface Target {
  readonly name: string;
  readonly address: string;
  /** User and system time that the process has used, in microseconds. The kernel counts in steps of 10 ms. */
  cpuMicroseconds(): number;
  stop(): Promise<void>;
}

/** The app credential of the benchmark. */
export const credential = { appId: "bench", secret: "not-a-secret" } as const;

/** The server that does nothing. */
export async function startBare(): Promise<Target> {
  const child = spawn(process.execPath, [built("bench/bare_server.js")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [address] = await Promise.race([once(createInterface(child.stdout), "line"), gone(child, "bare")]);
  return target("bare", child, String(address));
}

/**
 * The service as production starts it: built code, credentials checked, log to a file in `folder`. Whoever calls waits
 * until it answers.
 */
export async function startService(level: "info" | "warn", folder: string): Promise<Target> {
  const name = `log at ${level}`;
  const address = `127.0.0.1:${await freePort()}`;
  const configFile = join(folder, `${level}.yaml`);
  writeFileSync(configFile, configuration(address, level));
  const log = openSync(join(folder, `${level}.log`), "a");
  const child = spawn(process.execPath, [built("src/main.js"), "serve", "--config", configFile], {
    stdio: ["ignore", log, "inherit"],
    env: { NODE_ENV: "production" },
  });
  return target(name, child, address);
}

// JSON is YAML too. The caps on tickets are raised, never removed: a run of twenty rounds makes fewer than two million.
function configuration(address: string, level: string): string {
  return JSON.stringify({
    grpc: { address },
    log: { level },
    store: { maxTickets: 10_000_000, maxTicketsPerApp: 10_000_000 },
    userPools: [
      {
        id: "customers",
        issuer: "https://id.example.com/",
        audience: ["mobile-app"],
        keys: { hs256Secret: "x".repeat(32) },
      },
    ],
    apps: [{ id: credential.appId, userPool: "customers", secretSha256: [hexDigest(credential.secret)] }],
  });
}

/** A child process as a server under load. */
export function target(name: string, child: ChildProcess, address: string): Target {
  return {
    name,
    address,
    cpuMicroseconds() {
      if (child.exitCode !== null) throw new Error(`the server "${name}" has stopped with ${child.exitCode}`);
      const stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
      // The second field is the name in brackets and may hold spaces; utime and stime are fields 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Rejects when the process has ended. */
export async function gone(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`the server "${name}" has stopped with ${code}`);
}

/** The service does not tell its address where the log holds warnings only, so it cannot choose the port itself. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** The file that was built from this one. */
export function built(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
