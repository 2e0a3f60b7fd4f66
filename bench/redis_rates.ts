import { methods } from "./calls.js";
import {
  assertNothingRefused,
  type ComparedServer,
  compare,
  connectTo,
  disconnect,
  printRates,
  ratesHeading,
} from "./comparison.js";
import type { BenchContext } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import { logFileOf, type ServiceOptions, startBareServer, startService } from "./servers.js";

/** Measures unary calls with tickets in Redis and in memory, and on a server without any work. */
export async function measureRates({ rounds, quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const seconds = quick ? 1 : 3;
  const redis = stopAtEnd(await startRedis("redis"));
  const services: readonly ServiceOptions[] = [
    { name: "memory, info", level: "info", folder },
    { name: "memory, warn", level: "warn", folder },
    { name: "Redis, info", level: "info", folder, redis: { url: redis.url } },
    { name: "Redis, warn", level: "warn", folder, redis: { url: redis.url } },
  ];
  const competitors: ComparedServer[] = [];
  for (const start of [startBareServer, ...services.map((options) => () => startService(options))]) {
    const competitor = await connectTo(await start());
    competitors.push(competitor);
    stopAtEnd({ stop: () => disconnect(competitor) });
  }
  console.log(`rates: ${rounds} x ${seconds} s, 8 connections x 16 calls; ratios to bare`);
  console.log(ratesHeading);
  const names = competitors.map(({ target }) => target.name);
  for (const method of methods) {
    printRates(method, names, await compare(competitors, method, { rounds, seconds, folder }));
  }
  for (const one of services) if (one.level === "info") assertNothingRefused(logFileOf(one));
}
