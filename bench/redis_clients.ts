import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { parseRounds } from "./arguments.js";
import { clientLibraries } from "./redis_client_libraries.js";
import type { ClientFigures, MeasureRequest } from "./redis_client_worker.js";
import { startRedis } from "./redis_process.js";
import { builtFile, rejectOnExit } from "./servers.js";
import { median, medianRatio } from "./statistics.js";

// Basis for the choice of a Redis client library: the store's two operations through each library, in turns.

interface ComparedLibrary {
  readonly name: string;
  readonly child: ChildProcess;
  measure(request: MeasureRequest): Promise<ClientFigures>;
}

interface MeasuredFigures extends ClientFigures {
  /** CPU of the Redis server per operation, in microseconds. */
  readonly redisCpu: number;
}

const { rounds, quick } = parseRounds(5);
const milliseconds = quick ? 200 : 1_000;
const redis = await startRedis("redis");
const libraries: ComparedLibrary[] = [];
try {
  for (const name of Object.keys(clientLibraries)) libraries.push(await startLibrary(name));
  console.log(`${rounds} x ${milliseconds} ms; medians of the rounds; ratios to ${libraries[0]?.name}\n`);
  console.log(
    "operation  in flight  client                 ops/s  ratio   CPU us  ratio   p50 ms   p99 ms  Redis CPU us",
  );
  for (const operation of ["replace", "get"] as const) {
    for (const inFlight of [1, 64, 256]) {
      const request = { operation, inFlight, milliseconds };
      print(request, await compare(request));
    }
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const { child } of libraries) child.kill();
  await redis.stop();
}

async function startLibrary(name: string): Promise<ComparedLibrary> {
  const child = fork(builtFile("bench/redis_client_worker.js"), [name, String(redis.port)]);
  const ended = rejectOnExit(child, name);
  // Waiting callers get the rejection. At the end there are none.
  ended.catch(() => {});
  await Promise.race([once(child, "message"), ended]);
  return {
    name,
    child,
    async measure(request) {
      const answer = once(child, "message");
      child.send(request);
      const [figures] = await Promise.race([answer, ended]);
      return figures;
    },
  };
}

/** Compares the libraries. The first round is a warm-up for the compiler and is discarded. */
async function compare(request: MeasureRequest): Promise<readonly (readonly MeasuredFigures[])[]> {
  const measured: MeasuredFigures[][] = libraries.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, library] of libraries.entries()) {
      const before = redis.cpuMicroseconds();
      const figures = await library.measure(request);
      const operations = figures.perSecond * (milliseconds / 1_000);
      const redisCpu = (redis.cpuMicroseconds() - before) / operations;
      if (round >= 0) measured[index]?.push({ ...figures, redisCpu });
    }
  }
  return measured;
}

function print(
  { operation, inFlight }: MeasureRequest,
  measured: readonly (readonly MeasuredFigures[])[],
): void {
  const first = measured[0] ?? [];
  for (const [index, runs] of measured.entries()) {
    const of = (key: keyof MeasuredFigures) => runs.map((one) => one[key]);
    const ratio = (key: keyof MeasuredFigures) =>
      medianRatio(
        of(key),
        first.map((one) => one[key]),
      ).toFixed(2);
    const columns = [
      operation.padEnd(9),
      String(inFlight).padStart(9),
      (libraries[index]?.name ?? "").padEnd(19),
      median(of("perSecond")).toFixed(0).padStart(7),
      ratio("perSecond").padStart(5),
      median(of("cpuMicroseconds")).toFixed(1).padStart(7),
      ratio("cpuMicroseconds").padStart(5),
      median(of("p50")).toFixed(3).padStart(7),
      median(of("p99")).toFixed(3).padStart(7),
      median(of("redisCpu")).toFixed(1).padStart(12),
    ];
    console.log(columns.join("  "));
  }
}
