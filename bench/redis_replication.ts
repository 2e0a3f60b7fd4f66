import { methods } from "./calls.js";
import {
  type ComparedServer,
  compare,
  connectTo,
  disconnect,
  printRates,
  ratesHeading,
} from "./comparison.js";
import type { RawService } from "./raw_service.js";
import { type BenchContext, openRawServices } from "./redis_context.js";
import { type RedisTarget, startRedis } from "./redis_process.js";
import { startService } from "./servers.js";
import { percentile } from "./statistics.js";

/** Measures the cost of having the data of every response confirmed by replicas, or on disk. */
export async function measureReplication({ rounds, quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const seconds = quick ? 1 : 3;
  const samples = quick ? 100 : 1_000;

  async function withReplicas(count: number, saving: readonly string[]): Promise<RedisTarget> {
    const words = ["--repl-diskless-sync-delay", "0", ...saving];
    const primary = stopAtEnd(await startRedis("primary", words));
    for (let made = 0; made < count; made++) {
      stopAtEnd(await startRedis("replica", ["--replicaof", `127.0.0.1 ${primary.port}`, ...words]));
    }
    for (const end = Date.now() + 20_000; (await primary.command("WAIT", count, 1_000)) !== count; ) {
      if (Date.now() > end) throw new Error("the replicas are not connected to their primary");
    }
    return primary;
  }

  const onDisk = ["--appendonly", "yes", "--appendfsync", "always"];
  const nothing = ["--repl-diskless-load", "swapdb"];
  const alone = await withReplicas(0, nothing);
  const servers = [
    { name: "no replica", redis: alone, replicaAcks: 0 },
    { name: "WAIT 1", redis: await withReplicas(1, nothing), replicaAcks: 1 },
    { name: "WAIT 2", redis: await withReplicas(2, nothing), replicaAcks: 2 },
    { name: "appendfsync always", redis: stopAtEnd(await startRedis("on disk", onDisk)), replicaAcks: 0 },
  ];
  // WAITAOF exists since Redis 7.2.
  const [waitAof] = (await alone.command("COMMAND", "INFO", "WAITAOF")) as readonly unknown[];
  const files = waitAof ? [{ name: "WAITAOF 1", redis: await withReplicas(1, onDisk), replicaAcks: 1 }] : [];
  const competitors: ComparedServer[] = [];
  for (const { name, redis, replicaAcks } of [...servers, ...files]) {
    const replicaFsync = name.startsWith("WAITAOF");
    const where = { url: redis.url, replicaAcks, replicaFsync };
    const options = { name, level: "info", folder, redis: where } as const;
    const competitor = await connectTo(await startService(options));
    competitors.push(competitor);
    stopAtEnd({ stop: () => disconnect(competitor) });
  }
  console.log(
    `waiting: ${rounds} x ${seconds} s, 8 connections x 16 calls; ratios to a Redis without replicas`,
  );
  console.log(ratesHeading);
  const names = competitors.map(({ target }) => target.name);
  for (const method of methods) {
    printRates(method, names, await compare(competitors, method, { rounds, seconds, folder }));
  }

  const clients: RawService[] = [];
  for (const { target } of competitors) {
    clients.push((await openRawServices({ stopAtEnd }, target.address, 1))(0));
  }
  const times = competitors.map(() => ({ createTicket: [] as number[], getStatus: [] as number[] }));
  for (let sample = -100; sample < samples; sample++) {
    for (const [index, client] of clients.entries()) {
      const begun = performance.now();
      const ticket = await client.createTicket();
      const created = performance.now();
      await client.getStatus(ticket);
      if (sample < 0) continue;
      times[index]?.createTicket.push(created - begun);
      times[index]?.getStatus.push(performance.now() - created);
    }
  }
  console.log(`one call at a time, ${samples} each, in turns; ms, p50 / p99`);
  for (const [index, time] of times.entries()) {
    const columns = methods.map((method) => {
      const numbers = time[method];
      return `${method} ${percentile(numbers, 0.5).toFixed(2)} / ${percentile(numbers, 0.99).toFixed(2)}`;
    });
    console.log(`${(names[index] ?? "").padEnd(20)}${columns.join("   ")}`);
  }
}
