import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Process of the example that is ready. */
export interface RunningProcess {
  /** Address where it listens, as `HOST:PORT`. */
  readonly address: string;
  /** Lines of its output so far. */
  readonly lines: readonly string[];
  /** Kills the process at once, as a power failure would. Resolves with the signal that ended it. */
  kill(): Promise<NodeJS.Signals | null>;
}

const children = new Set<ChildProcess>();
const folders: string[] = [];

/** Returns true if Redis is installed on this machine. */
export const hasRedis = (): boolean => spawnSync("redis-server", ["--version"]).status === 0;

/** Starts a Redis without persistence. Resolves when it is ready. */
export async function startRedis(): Promise<RunningProcess> {
  const address = await findFreeAddress();
  const port = address.slice(address.indexOf(":") + 1);
  // A separate folder, since Redis would load the data of an earlier run.
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-cluster-"));
  folders.push(folder);
  const args = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const { child, lines } = await startProcess(
    "redis-server",
    args,
    process.env,
    "Ready to accept connections",
  );
  return { address, lines, kill: () => stopProcess(child, "SIGKILL") };
}

/** Starts `qrlogin serve` in development mode with its tickets in this Redis. Resolves when it is ready. */
export async function startNode(address: string, redis: string): Promise<RunningProcess> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(QRLOGIN_|NODE_ENV$)/i.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    QRLOGIN_GRPC_ADDRESS: address,
    QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
    QRLOGIN_STORE_KIND: "redis",
    QRLOGIN_STORE_REDIS_URL: `redis://${redis}`,
  };
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const args = ["--import", "tsx", main, "serve"];
  const { child, lines } = await startProcess(process.execPath, args, env, '"msg":"ready"');
  return { address, lines, kill: () => stopProcess(child, "SIGKILL") };
}

/** Stops all processes with SIGTERM, and with SIGKILL after 5 seconds. Resolves when they have exited. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map((child) => stopProcess(child, "SIGTERM")));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

async function startProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  readyText: string,
) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  const lines: string[] = [];
  const errorLines: string[] = [];
  createInterface(child.stderr).on("line", (line) => errorLines.push(line));
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (line.includes(readyText)) resolve();
    });
    child.once("error", reject);
    child.once("close", () => {
      const lastLines = [...errorLines, ...lines].filter(Boolean).slice(-3).join("\n");
      reject(
        new Error(
          `${command === process.execPath ? "a node" : command} exited before it was ready: ${lastLines}`,
        ),
      );
    });
  });
  return { child, lines };
}

async function stopProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode;
  const exited = once(child, "exit");
  child.kill(signal);
  const killTimer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exited;
  clearTimeout(killTimer);
  return child.signalCode;
}

/** Returns an address of this machine with a free port. */
export async function findFreeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return `127.0.0.1:${address.port}`;
}
