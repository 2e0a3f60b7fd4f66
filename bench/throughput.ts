import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRounds } from "./arguments.js";
import { methods } from "./calls.js";
import {
  assertNoFailedCalls,
  type ComparedServer,
  compare,
  connectTo,
  disconnect,
  printRates,
  ratesHeading,
} from "./comparison.js";
import { logFileOf, startBareServer, startService } from "./servers.js";
import { withMeter } from "./usage_meter.js";

// Unary calls: the service, with its log at two levels, compared with a server that does no work.

const { rounds, quick } = parseRounds(5);
const seconds = quick ? 1 : 3;
const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const preload = "bench/usage_reporter.js";
const atInfo = { name: "log at info", level: "info", folder, preload } as const;
const atWarn = { name: "log at warn", level: "warn", folder, preload } as const;
const competitors: ComparedServer[] = [];
try {
  const starts = [() => startBareServer(preload), () => startService(atInfo), () => startService(atWarn)];
  for (const start of starts) {
    const server = await start();
    competitors.push(await connectTo(withMeter(server, server.child)));
  }
  console.log(
    `${rounds} x ${seconds} s, 8 connections x 16 calls; ratios are medians of the rounds, bare = 1.00\n`,
  );
  console.log(ratesHeading);
  const names = competitors.map(({ target }) => target.name);
  for (const method of methods) {
    printRates(method, names, await compare(competitors, method, { rounds, seconds, folder }));
  }
  assertNoFailedCalls(logFileOf(atInfo));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const competitor of competitors) await disconnect(competitor);
  rmSync(folder, { recursive: true });
}
