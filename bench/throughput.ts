import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Caller, createCaller, methods } from "./calls.js";
import { load, type Measurement, tolerance } from "./load.js";
import { startBare, startService, type Target } from "./servers.js";

// A ratio to a bare server in the same round says something on a machine that others use as well; a rate does not.

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const seconds = values.quick ? 1 : 3;
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) {
  console.error("bench: --rounds must be 1 to 20");
  process.exit(2);
}

type Method = (typeof methods)[number];
interface Competitor {
  readonly target: Target;
  readonly caller: Caller;
}

const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const competitors: Competitor[] = [];
try {
  for (const start of [startBare, () => startService("info", folder), () => startService("warn", folder)]) {
    const target = await start();
    competitors.push({ target, caller: createCaller(target.address) });
  }
  await Promise.all(competitors.map(({ caller }) => caller.ready()));
  console.log(
    `${rounds} x ${seconds} s, 8 connections x 16 calls; ratios are medians of the rounds, bare = 1.00\n`,
  );
  console.log("method        server        calls/s   ratio   CPU us   ratio");
  for (const method of methods) print(method, await compare(method));
  assertNothingRefused(join(folder, "info.log"));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const { caller, target } of competitors) {
    caller.close();
    await target.stop();
  }
  rmSync(folder, { recursive: true });
}

/** Rounds of A B C A B C: what disturbs the machine disturbs all of them. The first second of each is for the compiler. */
async function compare(method: Method): Promise<readonly (readonly Measurement[])[]> {
  await assertAlike(method);
  for (const competitor of competitors) await run(competitor, method, 1);
  const measured: Measurement[][] = competitors.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, competitor] of competitors.entries()) {
      measured[index]?.push(await run(competitor, method, seconds));
    }
  }
  return measured;
}

/** The bare server's answers have to be as long as the service's, or the ceiling would be another one. */
async function assertAlike(method: Method): Promise<void> {
  const calls = await Promise.all(competitors.map(({ caller }) => caller[method]()));
  const sizes = calls.map(({ answerBytes }) => answerBytes);
  if (Math.max(...sizes) / Math.min(...sizes) > 1 + tolerance) {
    throw new Error(`the answers to ${method} are not alike: ${sizes.join(", ")} bytes`);
  }
}

/** With a real call before, whose ticket is the one that GetStatus asks for, and a real call after. */
async function run({ target, caller }: Competitor, method: Method, duration: number): Promise<Measurement> {
  const measurement = await load(target, await caller[method](), duration, join(folder, "body.grpc"));
  await caller[method]();
  return measurement;
}

function print(method: Method, measured: readonly (readonly Measurement[])[]): void {
  const bare = measured[0] ?? [];
  for (const [index, runs] of measured.entries()) {
    const ratio = (of: (one: Measurement) => number) =>
      median(runs.map((one, round) => of(one) / of(bare[round] ?? one))).toFixed(2);
    const rate = (one: Measurement) => one.callsPerSecond;
    const cpu = (one: Measurement) => one.cpuMicroseconds;
    const columns = [
      method.padEnd(12),
      (competitors[index]?.target.name ?? "").padEnd(12),
      median(runs.map(rate)).toFixed(0).padStart(8),
      ratio(rate).padStart(6),
      median(runs.map(cpu)).toFixed(1).padStart(7),
      ratio(cpu).padStart(6),
    ];
    console.log(columns.join("  "));
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The log knows of every single call. CANCELLED is what h2load cuts off when its time is up. */
function assertNothingRefused(logFile: string): void {
  const refused = readFileSync(logFile, "utf8")
    .split("\n")
    .find((line) => line.includes('"reason":'));
  if (refused !== undefined) throw new Error(`a call was refused: ${refused}`);
}
