import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import type { RedisProcess } from "./redis_process.js";

/** Returns how often each command was executed since the last `CONFIG RESETSTAT`, by its name in lower case. */
export async function commandCounts(redis: RedisProcess): Promise<ReadonlyMap<string, number>> {
  const info = String(await redis.command("INFO", "commandstats"));
  const lines = info.matchAll(/^cmdstat_(?<name>[^:]+):calls=(?<calls>\d+)/gm);
  return new Map([...lines].map(({ groups }) => [groups?.name ?? "", Number(groups?.calls)]));
}

/** Records the arguments of every command that the server executes from now on, including those of scripts. */
export async function recordCommands(redis: RedisProcess): Promise<readonly (readonly string[])[]> {
  const commands: string[][] = [];
  const connection = new Redis(redis.port, "127.0.0.1", { lazyConnect: true, retryStrategy: null });
  await connection.connect();
  const monitor = await connection.monitor();
  onTestFinished(() => {
    monitor.disconnect();
    connection.disconnect();
  });
  monitor.on("monitor", (_time: string, args: string[]) => void commands.push(args));
  return commands;
}

/** Returns one section of INFO, by the names of its lines. */
export async function infoOf(redis: RedisProcess, section: string): Promise<ReadonlyMap<string, string>> {
  const lines = String(await redis.command("INFO", section)).matchAll(/^(?<name>\w+):(?<value>.*?)\r?$/gm);
  return new Map([...lines].map(({ groups }) => [groups?.name ?? "", groups?.value ?? ""]));
}

/**
 * Cuts all connections of stores, as an administrator may. `kind` is a type of CLIENT LIST. Returns the number
 * of connections.
 */
export async function killStoreConnections(
  redis: RedisProcess,
  kind: "normal" | "pubsub" = "normal",
): Promise<number> {
  const clients = String(await redis.command("CLIENT", "LIST", "TYPE", kind)).split("\n");
  const ids = clients.flatMap((line) =>
    line.includes(" name=qrlogin ") ? [line.split(/[= ]/)[1] ?? ""] : [],
  );
  for (const id of ids) await redis.command("CLIENT", "KILL", "ID", id);
  return ids.length;
}
