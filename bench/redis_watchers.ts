import { setTimeout as pause } from "node:timers/promises";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { type BenchContext, startRawNode } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import type { ServiceOptions } from "./servers.js";
import { mapConcurrently } from "./sse_sources.js";
import { withMeter } from "./usage_meter.js";

const connections = 20;
const openingAtOnce = 100;

/**
 * Measures the resources of an idle watcher on a node and in Redis. Its ticket was created on another node.
 */
export async function measureWatchers({ quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const count = quick ? 1_000 : 20_000;
  const redis = stopAtEnd(await startRedis("redis"));
  const start = async (options: ServiceOptions) => {
    const preload = "bench/usage_reporter.js";
    const { target, clientFor } = await startRawNode({ stopAtEnd }, { ...options, preload }, connections);
    return { server: withMeter(target, target.child), of: clientFor };
  };

  console.log(`watchers: ${count} idle ones over ${connections} connections`);
  const inRedis = { level: "warn", folder, redis: { url: redis.url } } as const;
  const maker = await start({ name: "maker", ...inRedis });
  const node = await start({ name: "Redis", ...inRedis });
  const alone = await start({ name: "memory", level: "warn", folder });
  for (const [made, watched] of [
    [alone, alone],
    [maker, node],
  ] as const) {
    // The first watches are a warm-up for the compiler and for one-time allocations.
    const firstTickets = await mapConcurrently(200, openingAtOnce, (index) => made.of(index).createTicket());
    const firsts = firstTickets.map((ticket, index) => watched.of(index).watch(ticket));
    await Promise.all(firsts.map((watch) => watch.until(TicketState.PENDING)));
    for (const watch of firsts) watch.cancel();
    const tickets = await mapConcurrently(count, openingAtOnce, (index) => made.of(index).createTicket());
    await pause(500);
    const redisBefore = await usedMemory();
    const before = await watched.server.collectedUsage();
    const watches = await mapConcurrently(count, openingAtOnce, async (index) => {
      const watch = watched.of(index).watch(tickets[index] ?? missing());
      await watch.until(TicketState.PENDING);
      return watch;
    });
    const opened = await watched.server.usage();
    const after = await watched.server.collectedUsage();
    const redisAfter = await usedMemory();
    const each = (from: number, to: number, unit: number) => ((to - from) / count / unit).toFixed(1);
    console.log(
      `${watched.server.name.padEnd(8)} RSS ${each(before.rss, after.rss, 1_024)} KiB, ` +
        `heap ${each(before.heap, after.heap, 1_024)} KiB, ` +
        `CPU to open ${each(before.cpu, opened.cpu, 1)} us, in Redis ${each(redisBefore, redisAfter, 1)} bytes`,
    );
    for (const watch of watches) watch.cancel();
  }

  async function usedMemory(): Promise<number> {
    const info = String(await redis.command("INFO", "memory"));
    return Number(/used_memory:(\d+)/.exec(info)?.[1]);
  }
}

function missing(): never {
  throw new Error("there is no ticket for a watcher");
}
