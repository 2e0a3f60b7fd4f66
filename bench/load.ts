import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { authorization, type Call } from "./calls.js";
import type { Target } from "./servers.js";

/** What one run of load came to. */
export interface Measurement {
  readonly callsPerSecond: number;
  /** CPU of the server process, garbage collection and helper threads included, for one call. */
  readonly cpuMicroseconds: number;
}

/** Connections, and calls at a time on each of them. */
export interface Concurrency {
  readonly connections: number;
  readonly callsPerConnection: number;
}

/** As a few clients that each share a connection. */
export const defaultConcurrency: Concurrency = { connections: 8, callsPerConnection: 16 };

/** How far the mean answer may be from the checked one. A refusal has no DATA at all: one in twenty is noticed. */
export const tolerance = 0.05;

/**
 * Repeats a call for so many seconds.
 *
 * @throws Error when h2load counts a failure, or when the answers are not as long as the right one. h2load does not see
 * grpc-status; the HTTP status of a refusal is 200.
 */
export async function load(
  target: Target,
  call: Call,
  seconds: number,
  bodyFile: string,
  { connections, callsPerConnection }: Concurrency = defaultConcurrency,
): Promise<Measurement> {
  writeFileSync(bodyFile, call.body);
  const headers = ["content-type: application/grpc", "te: trailers", `authorization: ${authorization}`];
  const before = target.cpuMicroseconds();
  const { stdout } = await promisify(execFile)("h2load", [
    ...[
      "-c",
      String(connections),
      "-m",
      String(callsPerConnection),
      "-t",
      "1",
      "-D",
      String(seconds),
      "-d",
      bodyFile,
    ],
    ...headers.flatMap((header) => ["-H", header]),
    `http://${target.address}${call.path}`,
  ]);
  const cpu = target.cpuMicroseconds() - before;

  const done = numberIn(stdout, /, (\d+) done,/);
  const succeeded = numberIn(stdout, /, (\d+) succeeded,/);
  const dataBytes = numberIn(stdout, /\((\d+)\) data/);
  const failed = `the run against "${target.name}" failed`;
  if (succeeded === 0 || succeeded !== done)
    throw new Error(`${failed}: ${succeeded} of ${done} calls succeeded`);
  const fewest = done * call.responseBytes * (1 - tolerance);
  // When its time is up h2load has read answers of calls that it does not count as done.
  const most = (done + connections * callsPerConnection) * call.responseBytes * (1 + tolerance);
  if (dataBytes < fewest || dataBytes > most) {
    const bytes = (dataBytes / done).toFixed(1);
    const meaning = "calls were refused, or the answers are not alike";
    throw new Error(`${failed}: ${bytes} bytes an answer where ${call.responseBytes} are right: ${meaning}`);
  }
  return { callsPerSecond: done / seconds, cpuMicroseconds: cpu / done };
}

function numberIn(text: string, pattern: RegExp): number {
  const digits = pattern.exec(text)?.[1];
  if (digits === undefined) throw new Error(`h2load printed nothing like ${pattern}:\n${text}`);
  return Number(digits);
}
