import { readFileSync } from "node:fs";
import { methods } from "./calls.js";
import {
  type ComparedServer,
  compare,
  connectTo,
  disconnect,
  printRates,
  ratesHeading,
} from "./comparison.js";
import type { Concurrency } from "./load.js";
import type { BenchContext } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import { cpuOf, type ServiceTarget, startService } from "./servers.js";

/** Uses more connections than the other parts, since connections are distributed among the workers. */
const concurrency: Concurrency = { connections: 32, callsPerConnection: 4 };

/** Compares several workers behind one port with one worker, and with the service without workers. */
export async function measureWorkers({ rounds, quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const seconds = quick ? 1 : 3;
  const redis = stopAtEnd(await startRedis("redis"));
  const competitors: ComparedServer[] = [];
  for (const [name, args] of [
    ["--workers 1", ["--workers", "1"]],
    ["--workers 2", ["--workers", "2"]],
    ["no workers", []],
  ] as const) {
    const service = await startService({ name, level: "info", folder, redis: { url: redis.url }, args });
    const competitor = await connectTo({ ...service, cpuMicroseconds: () => cpuOfTree(service) });
    competitors.push(competitor);
    stopAtEnd({ stop: () => disconnect(competitor) });
  }
  const { connections, callsPerConnection } = concurrency;
  console.log(
    `workers: ${rounds} x ${seconds} s, ${connections} connections x ${callsPerConnection} calls; ` +
      "ratios to one worker; CPU of all processes of the service",
  );
  console.log(ratesHeading);
  const names = competitors.map(({ target }) => target.name);
  for (const method of methods) {
    printRates(method, names, await compare(competitors, method, { rounds, seconds, folder, concurrency }));
  }
}

function cpuOfTree({ child }: ServiceTarget): number {
  return descendants(child.pid ?? 0).reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function descendants(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => descendants(Number(child)))];
}
