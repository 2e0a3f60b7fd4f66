import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitWithUsage, parseRounds } from "./arguments.js";
import { measureApprovals } from "./redis_approvals.js";
import type { BenchContext } from "./redis_context.js";
import { measureLatency } from "./redis_latency.js";
import { measureMemory } from "./redis_memory.js";
import { measureRates } from "./redis_rates.js";
import { measureReplication } from "./redis_replication.js";
import { measureWatchers } from "./redis_watchers.js";
import { measureWorkers } from "./redis_workers.js";

// The service with its tickets in Redis, in several parts, each with its own servers.

const benchmarks: Readonly<Record<string, (context: BenchContext) => Promise<void>>> = {
  rates: measureRates,
  approvals: measureApprovals,
  latency: measureLatency,
  waiting: measureReplication,
  workers: measureWorkers,
  memory: measureMemory,
  watchers: measureWatchers,
};

const { rounds, quick, args } = parseRounds(3);
const unknownPart = args.find((word) => !benchmarks[word]);
if (unknownPart !== undefined)
  exitWithUsage(`unknown part ${unknownPart}; the parts are ${Object.keys(benchmarks).join(", ")}`);

let stopAll: () => Promise<void> = async () => {};
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(code);
  });
}

for (const name of args.length > 0 ? args : Object.keys(benchmarks)) {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  stopAll = async () => {
    for (const stop of stops.splice(0)) await stop();
  };
  try {
    await benchmarks[name]?.({
      rounds,
      quick,
      folder,
      stopAtEnd(one) {
        stops.unshift(() => one.stop());
        return one;
      },
    });
    console.log("");
  } catch (error) {
    console.error(`bench: ${name}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    await stopAll();
  }
}
