import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Caller, createCaller, type methods } from "./calls.js";
import { type Concurrency, load, type Measurement, tolerance } from "./load.js";
import type { Target } from "./servers.js";
import { median, medianRatio } from "./statistics.js";

// A ratio to another server in the same round says something on a machine that others use as well; a rate does not.

/** What is called. */
export type Method = (typeof methods)[number];

/** A server that takes part, and a client that calls it. */
export interface ComparedServer {
  readonly target: Target;
  readonly caller: Caller;
}

/** How long and how often. */
export interface RoundOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Where the request of each run is written. */
  readonly folder: string;
  readonly concurrency?: Concurrency;
}

/** Waits until the server answers. */
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

/** Rounds of A B C A B C: what disturbs the machine disturbs all of them. The first second of each is for the compiler. */
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

/** The servers' answers have to be alike in length, or the ceiling would be another one. */
async function assertSameLength(competitors: readonly ComparedServer[], method: Method): Promise<void> {
  const calls = await Promise.all(competitors.map(({ caller }) => caller[method]()));
  const sizes = calls.map(({ responseBytes }) => responseBytes);
  if (Math.max(...sizes) / Math.min(...sizes) > 1 + tolerance) {
    throw new Error(`the answers to ${method} are not alike: ${sizes.join(", ")} bytes`);
  }
}

/** With a real call before, whose ticket is the one that GetStatus asks for, and a real call after. */
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

/** The line above what {@link printRates} prints. */
export const ratesHeading = `${"method".padEnd(13)}${"server".padEnd(22)}  calls/s   ratio   CPU us   ratio`;

/** One line for each server: medians, and medians of the rounds' ratios to the first one. */
export function printRates(
  method: string,
  names: readonly string[],
  measured: readonly (readonly Measurement[])[],
): void {
  const first = measured[0] ?? [];
  for (const [index, runs] of measured.entries()) {
    const rates = runs.map((one) => one.callsPerSecond);
    const cpus = runs.map((one) => one.cpuMicroseconds);
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
    ];
    console.log(columns.join("  "));
  }
}

/** The log at info knows of every single call. CANCELLED is what h2load cuts off when its time is up. */
export function assertNothingRefused(logFile: string): void {
  const refused = readFileSync(logFile, "utf8")
    .split("\n")
    .find((line) => line.includes('"reason":'));
  if (refused !== undefined) throw new Error(`a call was refused: ${refused}`);
}
