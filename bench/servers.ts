import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sha256Hex } from "../src/domain/secrets.js";

/** Server under load, in its own process. */
export interface Target {
  readonly name: string;
  readonly address: string;
  /**
   * Returns the user and system time of the process, in microseconds. The kernel counts in steps of 10 ms.
   */
  cpuMicroseconds(): number;
  /** Resolves with the time for which garbage collection has stopped the process, if it reports its usage. */
  gcMicroseconds?(): Promise<number>;
  stop(): Promise<void>;
}

/** App credential of the benchmark. */
export const credential = { appId: "bench", secret: "not-a-secret" } as const;

/** Key that signs the user tokens. It has no pattern, which the configuration would reject. */
export const userKey = "k3V9qLx7TzB1nWf5RjY8sHc2GdP6mUa0";
export const userPool = { issuer: "https://id.example.com/", audience: "mobile-app" } as const;

/** Starts the server that does no work. `preload` is as in {@link ServiceOptions}. */
export async function startBareServer(preload?: string): Promise<ServiceTarget> {
  const words = [...preloadArguments(preload), builtFile("bench/bare_server.js")];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (!child.stdout) throw new Error("the bare server has no standard output");
  const [address] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    rejectOnExit(child, "bare"),
  ]);
  return { ...toTarget("bare", child, String(address)), child };
}

/** Starts the device grant of oidc-provider. Hides its warnings about runtime and settings. */
export async function startDeviceServer(): Promise<Target> {
  const words = [builtFile("bench/device_server.js")];
  const child = spawn(process.execPath, words, {
    stdio: ["ignore", "pipe", "ignore", "ipc"],
    env: { NODE_ENV: "production" },
  });
  if (!child.stdout) throw new Error("the device server has no standard output");
  const name = "oidc-provider";
  return toTarget(
    name,
    child,
    await Promise.race([listeningAddress(child.stdout), rejectOnExit(child, name)]),
  );
}

async function listeningAddress(output: Readable): Promise<string> {
  for await (const line of createInterface(output)) {
    const address = /^listening on (.+)$/.exec(line)?.[1];
    if (address !== undefined) {
      output.resume();
      return address;
    }
  }
  throw new Error("the device server printed no address");
}

/** Options of a service under test. */
export interface ServiceOptions {
  /** Name of the service, also in its file names. */
  readonly name: string;
  readonly level: "info" | "warn";
  /** Folder for its configuration and its log. */
  readonly folder: string;
  /** Redis for its tickets. If absent, the embedded store. */
  readonly redis?:
    | { readonly url: string; readonly replicaAcks?: number; readonly replicaFsync?: boolean }
    | undefined;
  /** Enables tokens for the app, signed with ES256. */
  readonly signsTokens?: boolean;
  /** Policy of its app, besides the limits. */
  readonly policy?: Readonly<Record<string, unknown>>;
  /** Additional top-level keys of its configuration file. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Additional keys of the section `grpc`. */
  readonly grpc?: Readonly<Record<string, unknown>>;
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Additional arguments of the command line. */
  readonly args?: readonly string[];
  /**
   * Built file that is loaded before the service and communicates with the benchmark. Garbage collection can
   * then be forced.
   */
  readonly preload?: string;
  /** Built file that runs in place of the service's entry point and communicates with the benchmark. */
  readonly entry?: string;
}

/** Service with its process. */
export interface ServiceTarget extends Target {
  readonly child: ChildProcess;
}

/**
 * Starts the service as in production: built code, credentials checked, log to a file. The caller waits until
 * it responds.
 */
export async function startService(options: ServiceOptions): Promise<ServiceTarget> {
  const { name, folder, args = [], preload, entry } = options;
  const address = `127.0.0.1:${await freePort()}`;
  const file = join(folder, fileName(name));
  const keyFile = options.signsTokens ? `${file}.pem` : undefined;
  if (keyFile) writeFileSync(keyFile, newSigningKey(), { mode: 0o600 });
  writeFileSync(`${file}.yaml`, createConfiguration(address, options, keyFile));
  const log = openSync(`${file}.log`, "a");
  const serve = [builtFile(entry ?? "src/main.js"), "serve", "--config", `${file}.yaml`, ...args];
  const child = spawn(process.execPath, [...preloadArguments(preload), ...serve], {
    stdio: ["ignore", log, "inherit", ...(preload || entry ? ["ipc" as const] : [])],
    env: { NODE_ENV: "production", ...options.env },
  });
  return { ...toTarget(name, child, address), child };
}

function preloadArguments(file: string | undefined): readonly string[] {
  return file ? ["--expose-gc", "--import", pathToFileURL(builtFile(file)).href] : [];
}

/** Returns the log file of a service with these options. */
export function logFileOf({ name, folder }: Pick<ServiceOptions, "name" | "folder">): string {
  return join(folder, `${fileName(name)}.log`);
}

const fileName = (name: string): string => name.replaceAll(/\W+/g, "-");

/** Limits for a load from one app, address and phone. They are raised but not removed: every call is counted. */
const raisedLimits = {
  ...{ ticketsPerApp: 10_000_000, ticketsPerUserPool: 10_000_000, ticketsPerAddress: 10_000_000 },
  ...{ scansPerApprover: 10_000_000, scansInProgress: 10_000, declinesPerApprover: 10_000_000 },
};

// JSON is also YAML. A run of twenty rounds creates fewer than two million tickets.
function createConfiguration(
  address: string,
  { level, redis, policy, configuration, grpc }: ServiceOptions,
  keyFile?: string,
): string {
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
    policy: { ...policy, limits: raisedLimits },
    apps: [{ id: credential.appId, userPool: "customers", secretSha256: [sha256Hex(credential.secret)] }],
    ...configuration,
    // h2load polls a single ticket. An interval of zero is counted and compared like any other.
    tickets: { minPollInterval: "0s", ...(configuration?.tickets as object | undefined) },
  });
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** Returns a child process as a server under load. */
export function toTarget(name: string, child: ChildProcess, address: string): Target {
  return {
    name,
    address,
    cpuMicroseconds() {
      if (child.exitCode !== null) throw new Error(`the server "${name}" has stopped with ${child.exitCode}`);
      return cpuOf(child.pid ?? 0);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Returns the user and system time of a process, in microseconds. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field is the name in parentheses and may contain spaces. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Rejects when the process has ended. */
export async function rejectOnExit(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`the server "${name}" has stopped with ${code}`);
}

/**
 * Returns a free port. The service cannot choose the port itself, since it logs its address only at level
 * info.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Returns the path of a file in the build. */
export function builtFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
