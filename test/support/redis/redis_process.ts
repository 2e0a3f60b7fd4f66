import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../free_port.js";
import { findTool } from "../tools.js";

export { freePort };

const redisServer = findTool("Redis", () =>
  spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "redis-server is not installed",
);

/** True if the tests that need Redis run. */
export const hasRedis = redisServer.isUsable;

/** Suffix for the titles of tests that need Redis. */
export const withoutRedis = redisServer.skipNote;

/** Redis server for one test, with its data in a temporary folder. */
export interface RedisProcess {
  readonly port: number;
  /** Address, `127.0.0.1:PORT`. */
  readonly address: string;
  readonly url: string;
  /** Runs a command as the default user, on a separate connection. */
  command(...args: readonly (string | number)[]): Promise<unknown>;
  /** Kills the process; its data folder stays. Resolves when it has exited. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the same options and its remaining data. */
  restart(): Promise<void>;
  /** Suspends the process (SIGSTOP). Connections stay open and get no response. */
  pause(): void;
  resume(): void;
  /** Stops the process and removes its folder. */
  release(): Promise<void>;
}

/** Overrides of a test server, which by default persists nothing and listens on a free port of 127.0.0.1. */
export interface RedisOptions {
  /** Arguments as on the command line, such as `["--appendonly", "yes"]`. */
  readonly args?: readonly string[];
  /** Arguments for another mode with a configuration file, such as a Sentinel. */
  readonly configFile?: string;
}

/** Servers that are running, killed when the test process exits. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a server and waits until it responds. */
export async function startRedis({ args = [], configFile }: RedisOptions = {}): Promise<RedisProcess> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-redis-"));
  let { port, child } = await startAnywhere(3);

  /** Starts a server on a free port. Another process may take the port in the meantime, hence the retries. */
  async function startAnywhere(tries: number): Promise<{ port: number; child: ChildProcess }> {
    const port = await freePort();
    try {
      return { port, child: await start(port) };
    } catch (error) {
      if (tries === 1) throw error;
      return startAnywhere(tries - 1);
    }
  }

  async function start(port: number): Promise<ChildProcess> {
    const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...args];
    const started = spawn("redis-server", [...(configFile ? [configFile] : []), ...own], { stdio: "ignore" });
    running.add(started);
    started.once("exit", () => running.delete(started));
    await waitUntilAnswering(port, started);
    return started;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  return {
    port,
    address: `127.0.0.1:${port}`,
    url: `redis://127.0.0.1:${port}`,
    async command(...[name, ...args]) {
      const connection = new Redis(port, "127.0.0.1", { lazyConnect: true, retryStrategy: null });
      try {
        await connection.connect();
        return await connection.call(String(name), ...args.map(String));
      } finally {
        connection.disconnect();
      }
    },
    kill,
    async restart() {
      await kill();
      child = await start(port);
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async release() {
      child.kill("SIGCONT");
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until this server responds in any way. One that requires a password responds too. */
async function waitUntilAnswering(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`redis-server exited with ${child.exitCode}`);
    if (await isAnswering(port, child)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAnswering(port: number, child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\nINFO server\r\n"));
    const leave = () => void socket.destroy();
    // Another process that has taken the port may accept the connection and never respond.
    child.once("exit", leave);
    socket.on("error", () => resolve(false));
    socket.on("data", (data) => {
      received += data.toString();
      // A server that responds only with a password counts as this one.
      const pid = received.startsWith("-") ? child.pid : Number(/^process_id:(\d+)\r$/m.exec(received)?.[1]);
      if (Number.isNaN(pid)) return;
      // A server that is still loading says so, and does not count yet.
      resolve(pid === child.pid && !received.startsWith("-LOADING"));
      leave();
    });
    socket.on("close", () => {
      child.off("exit", leave);
      resolve(false);
    });
  });
}
