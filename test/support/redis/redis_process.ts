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
  spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "no redis-server on this machine",
);

/** True if the tests that need Redis run. */
export const hasRedis = redisServer.isUsable;

/** For titles of tests that need it. */
export const withoutRedis = redisServer.skipNote;

/** A Redis server of our own: nothing else uses it, and it keeps its data in a folder that goes with it. */
export interface RedisProcess {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly url: string;
  /** Runs one command as the default user, on a connection of its own. */
  command(...words: readonly (string | number)[]): Promise<unknown>;
  /** Ends the process at once; its data folder stays. Fulfilled when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same options and whatever data it had left. */
  restart(): Promise<void>;
  /** Holds the process still (SIGSTOP); connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends the process and removes its folder. */
  release(): Promise<void>;
}

/** How a test server differs from one that saves nothing and listens on a free port of 127.0.0.1. */
export interface RedisOptions {
  /** As on the command line, such as `["--appendonly", "yes"]`. */
  readonly args?: readonly string[];
  /** To run it as a Sentinel, or in another way that takes a configuration file. */
  readonly configFile?: string;
}

/** Nothing that a test starts outlives it. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a server and waits until it answers. */
export async function startRedis({ args = [], configFile }: RedisOptions = {}): Promise<RedisProcess> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-redis-"));
  let { port, child } = await startAnywhere(3);

  /** Somebody else may have taken the port in the meantime. */
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

/** Waits until this very server answers, with whatever: one that asks for a password answers too. */
async function waitUntilAnswering(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`redis-server has stopped with ${child.exitCode}`);
    if (await isAnswering(port, child)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAnswering(port: number, child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\nINFO server\r\n"));
    const leave = () => void socket.destroy();
    // Whoever has come upon the port may accept, and say nothing.
    child.once("exit", leave);
    socket.on("error", () => resolve(false));
    socket.on("data", (data) => {
      said += data.toString();
      // One that tells nothing without a password is taken for ours.
      const pid = said.startsWith("-") ? child.pid : Number(/^process_id:(\d+)\r$/m.exec(said)?.[1]);
      if (Number.isNaN(pid)) return;
      // A server that is still loading says so, and is not there yet.
      resolve(pid === child.pid && !said.startsWith("-LOADING"));
      leave();
    });
    socket.on("close", () => {
      child.off("exit", leave);
      resolve(false);
    });
  });
}
