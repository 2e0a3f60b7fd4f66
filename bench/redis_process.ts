import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort, rejectOnExit, type Target, toTarget } from "./servers.js";

/** Redis server started by the benchmark. */
export interface RedisTarget extends Target {
  readonly port: number;
  readonly url: string;
  command(...words: readonly (string | number)[]): Promise<unknown>;
}

/**
 * Starts `redis-server` on a free port and waits until it responds. It saves nothing unless `words` enables
 * that.
 */
export async function startRedis(name: string, words: readonly string[] = []): Promise<RedisTarget> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-redis-"));
  const own = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...words];
  const child = spawn("redis-server", own, { stdio: ["ignore", "ignore", "inherit"] });
  const one = toTarget(name, child, `127.0.0.1:${port}`);
  const stop = async () => {
    await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };

  async function command(...[first, ...rest]: readonly (string | number)[]): Promise<unknown> {
    const connection = new Redis(port, "127.0.0.1", { lazyConnect: true, retryStrategy: null });
    try {
      await connection.connect();
      return await connection.call(String(first), ...rest.map(String));
    } finally {
      connection.disconnect();
    }
  }

  try {
    await Promise.race([answering(port), rejectOnExit(child, name)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...one, port, url: `redis://127.0.0.1:${port}`, stop, command };
}

async function answering(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const connection = new Redis(port, "127.0.0.1", { lazyConnect: true, retryStrategy: null });
    connection.on("error", () => {});
    const answer = await connection
      .connect()
      .then(() => connection.ping())
      .catch(() => undefined);
    connection.disconnect();
    if (answer === "PONG") return;
  }
  throw new Error("redis-server does not respond");
}
