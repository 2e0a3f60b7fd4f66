import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { authorization, type Call } from "./calls.js";
import type { Target } from "./servers.js";

/** Result of a load run. */
export interface Measurement {
  readonly callsPerSecond: number;
  /** CPU of the server process per call, including garbage collection and helper threads. */
  readonly cpuMicroseconds: number;
  /** Time per call for which garbage collection has stopped the main thread, if the server reports it. */
  readonly gcMicroseconds?: number | undefined;
}

/** Number of connections, and of concurrent calls on each connection. */
export interface Concurrency {
  readonly connections: number;
  readonly callsPerConnection: number;
}

/** Concurrency of a few clients that each share a connection. */
export const defaultConcurrency: Concurrency = { connections: 8, callsPerConnection: 16 };

/**
 * Tolerated deviation of the mean response length. A failed call has no DATA at all, so one in twenty is
 * noticed.
 */
export const tolerance = 0.05;

/**
 * Repeats a call for the given number of seconds.
 *
 * @throws Error when h2load reports a failure, or the responses differ in length from the correct one. h2load
 * does not evaluate grpc-status, and the HTTP status of a failed call is 200.
 */
export async function load(
  target: Target,
  call: Call,
  seconds: number,
  bodyFile: string,
  { connections, callsPerConnection }: Concurrency = defaultConcurrency,
): Promise<Measurement> {
  writeFileSync(bodyFile, call.body);
  const { headers = grpcHeaders(authorization), isHttp1 = false } = call;
  const gcBefore = await target.gcMicroseconds?.();
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
    ...(isHttp1 ? ["--h1"] : []),
    ...headers.flatMap((header) => ["-H", header]),
    `http://${target.address}${call.path}`,
  ]);
  const cpu = target.cpuMicroseconds() - before;
  const gcAfter = await target.gcMicroseconds?.();

  const done = numberIn(stdout, /, (\d+) done,/);
  const succeeded = numberIn(stdout, /, (\d+) succeeded,/);
  const dataBytes = numberIn(stdout, /\((\d+)\) data/);
  const failed = `the run against "${target.name}" failed`;
  if (succeeded === 0 || succeeded !== done)
    throw new Error(`${failed}: ${succeeded} of ${done} calls succeeded`);
  const fewest = done * call.responseBytes * (1 - tolerance);
  // At its end, h2load has read responses of calls that it does not count as done.
  const most = (done + connections * callsPerConnection) * call.responseBytes * (1 + tolerance);
  if (dataBytes < fewest || dataBytes > most) {
    const bytes = (dataBytes / done).toFixed(1);
    const meaning = "calls failed, or the responses differ";
    throw new Error(`${failed}: ${bytes} bytes per response instead of ${call.responseBytes}: ${meaning}`);
  }
  return {
    callsPerSecond: done / seconds,
    cpuMicroseconds: cpu / done,
    gcMicroseconds: gcBefore === undefined || gcAfter === undefined ? undefined : (gcAfter - gcBefore) / done,
  };
}

/** Returns the headers of a gRPC call with this credential. */
export function grpcHeaders(credential: string): readonly string[] {
  return ["content-type: application/grpc", "te: trailers", `authorization: ${credential}`];
}

function numberIn(text: string, pattern: RegExp): number {
  const digits = pattern.exec(text)?.[1];
  if (digits === undefined) throw new Error(`the output of h2load does not match ${pattern}:\n${text}`);
  return Number(digits);
}
