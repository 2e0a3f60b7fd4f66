import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createCaller } from "./calls.js";
import { measureRound, type Round } from "./sse_round.js";
import { startGateway, startSseService } from "./sse_servers.js";
import { createPhone } from "./sse_sources.js";
import { median } from "./statistics.js";

// Resources of a stream of server-sent events on a gateway, compared with a bare fastify server that streams
// the same.

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    streams: { type: "string", default: "2000" },
  },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const streams = values.quick ? 200 : Number(values.streams);
const heartbeatMs = values.quick ? 2_000 : 15_000;
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) usage("--rounds must be 1 to 20");
if (!Number.isInteger(streams) || streams < 10 || streams > 50_000) usage("--streams must be 10 to 50000");

const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
try {
  const service = await startSseService(folder, heartbeatMs);
  stops.unshift(service.stop);
  const caller = createCaller(service.address);
  stops.unshift(caller.close);
  await caller.ready();
  const front = await startGateway(folder, service.address, heartbeatMs);
  stops.unshift(front.stop);
  const phone = await createPhone(service.address);
  stops.unshift(phone.close);

  console.log(
    `${rounds} x ${streams} streams on each server, each on its own connection; heartbeat every ${heartbeatMs} ms`,
  );
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const setting = {
      folder,
      service: service.address,
      creatingGateway: front.address,
      phone,
      streams,
      heartbeatMs,
    };
    measured.push(await measureRound(setting));
  }
  print(measured);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops) await stop();
}

function print(measured: readonly Round[]): void {
  console.log("medians of the rounds; bare = 1.00\n");
  console.log(`${"".padEnd(44)}${"gateway".padStart(10)}${"bare".padStart(10)}${"ratio".padStart(8)}`);
  for (const name of Object.keys(measured[0]?.gateway ?? {}) as (keyof Round["gateway"])[]) {
    const gateway = median(measured.map((round) => round.gateway[name]));
    const bare = median(measured.map((round) => round.bare[name]));
    const ratio = median(measured.map((round) => round.gateway[name] / round.bare[name]));
    const numbers = [
      gateway.toFixed(2).padStart(10),
      bare.toFixed(2).padStart(10),
      ratio.toFixed(2).padStart(8),
    ];
    console.log(`${name.padEnd(44)}${numbers.join("")}`);
  }
  const fromWrite = median(measured.map((round) => round.bareFromWrite.p50));
  const slowest = median(measured.map((round) => round.bareFromWrite.p99));
  console.log(
    `\nbare, from its own write to the client: p50 ${fromWrite.toFixed(2)} ms, p99 ${slowest.toFixed(2)} ms`,
  );
}

function usage(text: string): never {
  console.error(`bench: ${text}`);
  process.exit(2);
}
