import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { sha256Hex } from "../src/domain/secrets.js";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { attacks } from "./flood_attacks.js";
import type { ClientReport } from "./flood_client.js";
import {
  builtFile,
  credential,
  logFileOf,
  type ServiceTarget,
  startService,
  userKey,
  userPool,
} from "./servers.js";
import { withMeter } from "./usage_meter.js";

// Floods: the effect of attacks on a legitimate client, the memory that they leave behind, and the time to
// stop.

const other = { appId: "other", secret: "not-a-secret-either" } as const;
const basic = (app: { appId: string; secret: string }) => `Basic ${btoa(`${app.appId}:${app.secret}`)}`;

const { quick, args: words } = parseRounds(1);
const phaseSeconds = quick
  ? { warmUp: 1, quiet: 1, attack: 2, after: 1, stop: 1 }
  : { warmUp: 4, quiet: 3, attack: 6, after: 2, stop: 2 };
const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
/** Names of the attacks on the handshake, which need a port with TLS. */
const needsTls = /TLS|TCP|preface/;

interface FloodResult {
  readonly quiet: ClientReport;
  /** Report during the same attack on another service of this machine, which only takes CPU. */
  readonly beside: ClientReport;
  readonly during: ClientReport;
  readonly after: ClientReport;
  readonly rss: { readonly before: number; readonly peak: number; readonly after: number };
  readonly logBytes: number;
  readonly stop: { readonly ms: number; readonly code: number | null };
}

const chosen = Object.keys(attacks).filter(
  (name) => words.length === 0 || words.some((word) => name.includes(word)),
);
try {
  console.log(
    `${"".padEnd(48)}${[
      "quiet p99",
      "beside p99",
      "during p50",
      "p99",
      "max",
      "after p99",
      "connect",
      "lost",
      "RSS",
      "peak",
      "after",
      "log KB",
      "stop",
    ]
      .map((head) => head.padStart(11))
      .join("")}`,
  );
  for (const name of chosen) {
    await printRow(name, basic(other), name);
    if (/of one app/.test(name)) await printRow(name, basic(credential), `${name}, seen by the app itself`);
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function printRow(name: string, authorization: string, title: string): Promise<void> {
  const { quiet, beside, during, after, rss, logBytes, stop } = await measure(name, authorization);
  const columns = [
    quiet.p99.toFixed(1),
    beside.p99.toFixed(1),
    during.p50.toFixed(1),
    `${during.p99.toFixed(0)} (${(during.p99 / quiet.p99).toFixed(1)}x)`,
    during.max.toFixed(0),
    after.p99.toFixed(1),
    during.connectMax.toFixed(0),
    `${during.lost}+${during.connectsLost}+${during.watchesLost}`,
    ...[rss.before, rss.peak, rss.after].map((bytes) => (bytes / 2 ** 20).toFixed(0)),
    (logBytes / 1_024).toFixed(0),
    `${stop.ms.toFixed(0)}/${stop.code}`,
  ];
  console.log(title.padEnd(48) + columns.map((column) => column.padStart(11)).join(""));
}

async function measure(name: string, authorization: string): Promise<FloodResult> {
  const scheme = needsTls.test(name) ? "https" : "http";
  const service = await start(name, scheme);
  const { address } = service;
  const port = address.slice(address.lastIndexOf(":") + 1);
  const server = withMeter(service, service.child);
  const children: ChildProcess[] = [];
  const run = async (file: string, ...args: string[]) => {
    const child = fork(builtFile(`bench/${file}.js`), args, { serialization: "advanced" });
    children.push(child);
    await once(child, "message");
    return child;
  };
  const attack = (on = port) => run("flood_attacker", name, on, scheme, basic(credential));
  const neighbourService = await start(`${name} beside`, scheme).catch((error) => {
    service.child.kill("SIGKILL");
    throw error;
  });
  const neighbourPort = neighbourService.address.slice(neighbourService.address.lastIndexOf(":") + 1);
  try {
    const client = await run("flood_client", `${scheme}://${address}`, authorization);
    const seen = async (): Promise<ClientReport> => {
      client.send("report");
      return (await once(client, "message"))[0];
    };
    await pause(phaseSeconds.warmUp * 1_000);
    await seen();
    const before = await server.collectedUsage();
    await pause(phaseSeconds.quiet * 1_000);
    const quiet = await seen();

    const besideAttacker = await attack(neighbourPort);
    await pause(phaseSeconds.attack * 1_000);
    const beside = await seen();
    besideAttacker.kill("SIGKILL");
    await once(besideAttacker, "exit");
    neighbourService.child.kill("SIGKILL");
    await pause(500);
    await seen();

    const attacker = await attack();
    let peak = 0;
    for (let half = 0; half < phaseSeconds.attack * 2; half++) {
      await pause(500);
      peak = Math.max(peak, rssOf(service.child));
    }
    const during = await seen();
    attacker.kill("SIGKILL");
    await once(attacker, "exit");
    await pause(500);
    await seen();
    await pause(phaseSeconds.after * 1_000);
    const after = await seen();
    const left = await server.collectedUsage();
    const logBytes = statSync(logFileOf({ name, folder })).size;

    await attack();
    await pause(phaseSeconds.stop * 1_000);
    const asked = performance.now();
    service.child.kill("SIGTERM");
    if (service.child.exitCode === null) await once(service.child, "exit");
    const stop = { ms: performance.now() - asked, code: service.child.exitCode };
    return {
      quiet,
      beside,
      during,
      after,
      rss: { before: before.rss, peak, after: left.rss },
      logBytes,
      stop,
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    service.child.kill("SIGKILL");
    neighbourService.child.kill("SIGKILL");
  }
}

async function start(name: string, scheme: "http" | "https"): Promise<ServiceTarget> {
  const { issuer, audience } = userPool;
  const app = ({ appId: id, secret }: { appId: string; secret: string }) => ({
    ...{ id, userPool: "customers", secretSha256: [sha256Hex(secret)] },
  });
  const certificate = scheme === "https" ? makeCertificate() : undefined;
  const service = await startService({
    ...{ name, level: "info", folder, preload: "bench/usage_reporter.js" },
    configuration: {
      userPools: [{ id: "customers", issuer, audience: [audience], keys: { hs256Secret: userKey } }],
      apps: [app(credential), app(other)],
    },
    grpc: { limits: {}, reflection: name.startsWith("reflection"), ...(certificate && { tls: certificate }) },
  });
  if (scheme === "http") {
    const caller = createCaller(service.address);
    await caller.ready().finally(caller.close);
  } else await pause(2_000);
  return service;
}

function makeCertificate() {
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  execFileSync("openssl", ["req", ...kind, "-subj", "/CN=localhost", "-keyout", keyFile, "-out", certFile], {
    stdio: "pipe",
  });
  return { certFile, keyFile };
}

/** Returns the memory of a process in bytes, from the kernel, since a busy server does not respond. */
function rssOf({ pid }: ChildProcess): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kib) * 1_024;
}
