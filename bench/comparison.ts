import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Caller, createCaller, type methods } from "./calls.js";
import { type Concurrency, load, type Measurement, tolerance } from "./load.js";
import type { Target } from "./servers.js";
import { median, medianRatio } from "./statistics.js";

// On a shared machine, only the ratio to another server in the same round is meaningful, not the rate.

/** Method that is called. */
export type Method = (typeof methods)[number];

/** Server in the comparison, with a client that calls it. */
export interface ComparedServer {
  readonly target: Target;
  readonly caller: Caller;
}

/** Number and duration of the runs. */
export interface RoundOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Folder for the request of each run. */
  readonly folder: string;
  readonly concurrency?: Concurrency;
}

/** Waits until the server responds. */
export async function connectTo(target: Target): Promise<ComparedServer> {
  const caller = createCaller(target.address);
  try {
    await caller.ready();
  } catch (error) {
    caller.close();
    await target.stop();
    throw error;
  }
  return { target, caller };
}

export async function disconnect({ target, caller }: ComparedServer): Promise<void> {
  caller.close();
  await target.stop();
}

/**
 * Runs all servers in turns (A B C A B C), so that disturbances affect all of them. The first second of each
 * is a warm-up for the compiler.
 */
export async function compare(
  competitors: readonly ComparedServer[],
  method: Method,
  { rounds, seconds, folder, concurrency }: RoundOptions,
): Promise<readonly (readonly Measurement[])[]> {
  await assertSameLength(competitors, method);
  const bodyFile = join(folder, "body.grpc");
  for (const competitor of competitors) await run(competitor, method, 1, bodyFile, concurrency);
  const measured: Measurement[][] = competitors.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, competitor] of competitors.entries()) {
      measured[index]?.push(await run(competitor, method, seconds, bodyFile, concurrency));
    }
  }
  return measured;
}

/** Checks that the servers' responses are equally long. Otherwise the baseline would not be comparable. */
async function assertSameLength(competitors: readonly ComparedServer[], method: Method): Promise<void> {
  const calls = await Promise.all(competitors.map(({ caller }) => caller[method]()));
  const sizes = calls.map(({ responseBytes }) => responseBytes);
  if (Math.max(...sizes) / Math.min(...sizes) > 1 + tolerance) {
    throw new Error(`the responses to ${method} differ in length: ${sizes.join(", ")} bytes`);
  }
}

/** Makes a real call before the run, whose ticket GetStatus requests, and a real call after it. */
async function run(
  { target, caller }: ComparedServer,
  method: Method,
  duration: number,
  bodyFile: string,
  layout: Concurrency | undefined,
): Promise<Measurement> {
  const measurement = await load(target, await caller[method](), duration, bodyFile, layout);
  await caller[method]();
  return measurement;
}

/** Heading of the lines that {@link printRates} prints. */
export const ratesHeading = `${"method".padEnd(13)}${"server".padEnd(22)}  calls/s   ratio   CPU us   ratio   GC us`;

/** Prints a line for each server: medians, and medians of the rounds' ratios to the first server. */
export function printRates(
  method: string,
  names: readonly string[],
  measured: readonly (readonly Measurement[])[],
): void {
  const first = measured[0] ?? [];
  for (const [index, runs] of measured.entries()) {
    const rates = runs.map((one) => one.callsPerSecond);
    const cpus = runs.map((one) => one.cpuMicroseconds);
    const pauses = runs.map((one) => one.gcMicroseconds).filter((one) => one !== undefined);
    const columns = [
      method.padEnd(11),
      (names[index] ?? "").padEnd(20),
      median(rates).toFixed(0).padStart(8),
      medianRatio(
        rates,
        first.map((one) => one.callsPerSecond),
      )
        .toFixed(2)
        .padStart(6),
      median(cpus).toFixed(1).padStart(7),
      medianRatio(
        cpus,
        first.map((one) => one.cpuMicroseconds),
      )
        .toFixed(2)
        .padStart(6),
      (pauses.length > 0 ? median(pauses).toFixed(1) : "-").padStart(6),
    ];
    console.log(columns.join("  "));
  }
}

/**
 * Checks the log at level info, which has a line for each call. h2load cancels calls in progress at its end,
 * so CANCELLED is allowed.
 */
export function assertNoFailedCalls(logFile: string): void {
  const failedCall = readFileSync(logFile, "utf8")
    .split("\n")
    .find((line) => line.includes('"reason":'));
  if (failedCall !== undefined) throw new Error(`a call failed: ${failedCall}`);
}
