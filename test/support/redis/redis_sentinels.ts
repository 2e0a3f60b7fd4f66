import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RedisProcess, startRedis } from "./redis_process.js";

/** Primary with two replicas, monitored by three Sentinels. */
export interface RedisWithSentinels {
  /** Name of the primary at the Sentinels. */
  readonly name: string;
  readonly servers: readonly RedisProcess[];
  readonly sentinels: readonly RedisProcess[];
  /** Returns the server that the Sentinels report as the primary. */
  primary(): Promise<RedisProcess>;
  /** Returns the other servers. */
  replicas(): Promise<readonly RedisProcess[]>;
  /** Waits until both replicas follow the primary and have all its data. */
  waitUntilReady(): Promise<void>;
  release(): Promise<void>;
}

const name = "qrlogin";

/**
 * Starts the servers and the Sentinels. `args` are for the three servers, as on the command line. A primary
 * counts as down after a second.
 */
export async function startRedisWithSentinels(args: readonly string[] = []): Promise<RedisWithSentinels> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-sentinels-"));
  const quick = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"];
  const servers = await Promise.all([0, 1, 2].map(() => startRedis({ args: [...quick, ...args] })));
  const [first, ...others] = servers;
  if (!first) throw new Error("no server was started");
  for (const replica of others) await replica.command("REPLICAOF", "127.0.0.1", first.port);
  const replicating = (count: number) => async () => (await onlineReplicas(first)) === count;
  // Before the Sentinels start, since they learn the replicas from the primary.
  await until("the replicas follow", replicating(others.length));

  const sentinels = await Promise.all([0, 1, 2].map((index) => startSentinel(index)));
  await until("the Sentinels know each other", async () => {
    const known = await Promise.all(sentinels.map(masterOf));
    return known.every((of) => of["num-other-sentinels"] === "2" && of["num-slaves"] === "2");
  });

  function startSentinel(index: number): Promise<RedisProcess> {
    const configFile = join(folder, `sentinel-${index}.conf`);
    const settings = [
      `sentinel monitor ${name} 127.0.0.1 ${first?.port} 2`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 3000`,
      `sentinel parallel-syncs ${name} 2`,
    ];
    writeFileSync(configFile, `${settings.join("\n")}\n`);
    return startRedis({ configFile, args: ["--sentinel"] });
  }

  async function primary(): Promise<RedisProcess> {
    const [sentinel] = sentinels;
    const address = await sentinel?.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
    const port = Array.isArray(address) ? Number(address[1]) : undefined;
    const found = servers.find((server) => server.port === port);
    if (!found) throw new Error("the Sentinels know no primary of ours");
    return found;
  }

  async function replicas(): Promise<readonly RedisProcess[]> {
    const present = await primary();
    return servers.filter((server) => server !== present);
  }

  return {
    name,
    servers,
    sentinels,
    primary,
    replicas,
    waitUntilReady: () =>
      until("both replicas follow the primary", async () => {
        const present = await primary();
        const known = await Promise.all(sentinels.map(masterOf));
        const agreed = known.every(({ port, flags }) => port === String(present.port) && flags === "master");
        return agreed && (await onlineReplicas(present)) === servers.length - 1;
      }),
    async release() {
      await Promise.all([...sentinels, ...servers].map((one) => one.release()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function masterOf(sentinel: RedisProcess): Promise<Record<string, string>> {
  const reply = await sentinel.command("SENTINEL", "MASTER", name);
  if (!Array.isArray(reply)) throw new Error("the Sentinel knows no primary");
  const pairs = reply.flatMap((key, index) =>
    index % 2 === 0 ? [[String(key), String(reply[index + 1])]] : [],
  );
  return Object.fromEntries(pairs);
}

/** Returns how many replicas have caught up with this server, as it reports. */
async function onlineReplicas(server: RedisProcess): Promise<number> {
  const info = String(await server.command("INFO", "replication"));
  return /role:master/.test(info) ? (info.match(/state=online/g)?.length ?? 0) : 0;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`${what}: not within 60 s`, { cause: last });
}
