import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { load } from "./load.js";
import { type CreatedTicket, openRawService, type RawService, type RawWatch } from "./raw_service.js";
import { type ServiceTarget, startBareServer, startService } from "./servers.js";
import { mapConcurrently } from "./sse_sources.js";
import { median, medianRatio } from "./statistics.js";
import { type MeteredTarget, withMeter } from "./usage_meter.js";
import { userToken } from "./user_token.js";

// Watches: resources of an idle watch, the cost to open one, and the cost of other calls while many are open.

const connections = 20;
const openingAtOnce = 100;
/** Watches that are opened together to measure the cost of one, and how often that is done in a round. */
const opened = 2_000;
const openings = 8;

/** Server with connections to it and its open watches. */
interface MeasuredServer {
  readonly server: MeteredTarget;
  readonly clientFor: (index: number) => RawService;
  readonly tickets: CreatedTicket[];
  readonly watches: RawWatch[];
  /** Closes the connections and waits until the server has noticed. */
  disconnect(): Promise<void>;
  stop(): Promise<void>;
}

/** Figures by name, of every round, for the service and the bare server. */
type Rows = Map<string, { readonly service: number[]; readonly bare: number[] }>;

const { rounds, quick } = parseRounds(2);
const counts = quick ? [0, 500, 1_000] : [0, 20_000, 50_000];
const most = counts.at(-1) ?? 0;
const seconds = quick ? 1 : 3;
const heartbeatMs = quick ? 5_000 : 15_000;
/** Shortest time between two steps of a changing code. */
const stepMs = 5_000;
const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const preload = "bench/usage_reporter.js";
const rows: Rows = new Map();

try {
  for (let round = 0; round < rounds; round++) {
    await idleWatches(round);
    await heartbeats(round);
    await steps(round);
  }
  console.log(`${rounds} rounds, ${connections} connections; medians, and medians of the rounds' ratios\n`);
  console.log(`${"".padEnd(52)}   service      bare     ratio`);
  for (const [name, { service, bare }] of rows) {
    const columns = [
      median(service).toFixed(1),
      bare.length > 0 ? median(bare).toFixed(1) : "-",
      bare.length > 0 ? medianRatio(service, bare).toFixed(2) : "-",
    ];
    console.log(name.padEnd(52) + columns.map((column) => column.padStart(10)).join(""));
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Opens an increasing number of watches on both servers in turns. The watches are idle during the
 * measurement.
 */
async function idleWatches(round: number): Promise<void> {
  const service = await startMeasured(`idle ${round}`, "5m");
  const bare = await toMeasuredServer(await startBareServer(preload));
  const sides = { service, bare };
  try {
    for (const side of [service, bare]) {
      side.tickets.push(
        ...(await mapConcurrently(Math.max(most, opened), openingAtOnce, (index) =>
          side.clientFor(index).createTicket(),
        )),
      );
      // The first watches are a warm-up for the compiler and for one-time allocations.
      await openWatches(side, opened);
      await cancelAll(side);
    }
    for (let opening = 0; opening < openings; opening++) {
      for (const [name, side] of Object.entries(sides) as ["service" | "bare", MeasuredServer][]) {
        record(
          `CPU to open a watch, ${opened} at a time, us`,
          name,
          (await cpuToOpen(side, opened)) / opened,
        );
        await cancelAll(side);
      }
    }
    const empty = {
      service: await service.server.collectedUsage(),
      bare: await bare.server.collectedUsage(),
    };
    for (const count of counts) {
      for (const [name, side] of Object.entries(sides) as ["service" | "bare", MeasuredServer][]) {
        const opening = count - side.watches.length;
        const cpu = await cpuToOpen(side, opening);
        if (opening > 0) record(`CPU to open a watch, up to ${count} of them, us`, name, cpu / opening);
      }
      for (const [name, side] of Object.entries(sides) as ["service" | "bare", MeasuredServer][]) {
        record(`CPU of GetStatus with ${count} idle watches, us`, name, await cpuOfGetStatus(side));
      }
    }
    for (const [name, side] of Object.entries(sides) as ["service" | "bare", MeasuredServer][]) {
      const full = await side.server.collectedUsage();
      record("RSS of an idle watch, KiB", name, (full.rss - empty[name].rss) / most / 1_024);
      record("heap of an idle watch, KiB", name, (full.heap - empty[name].heap) / most / 1_024);
      await side.disconnect();
      const left = (await side.server.collectedUsage()).heap - empty[name].heap;
      record("heap left by a watch that has ended, KiB", name, left / most / 1_024);
    }
  } finally {
    await service.stop();
    await bare.stop();
  }
}

/** Measures the cost of repeating the status to every watcher, over exactly one heartbeat. */
async function heartbeats(round: number): Promise<void> {
  const service = await startMeasured(`heartbeats ${round}`, `${heartbeatMs}ms`);
  record("CPU of a heartbeat, us", "service", await cpuOfMessages(service, heartbeatMs));
}

/** Measures the cost of sending the next code to every watcher, over exactly one step. */
async function steps(round: number): Promise<void> {
  const qrRotation = { interval: `${stepMs}ms`, maxSteps: 1_000 };
  const service = await startMeasured(`steps ${round}`, "5m", { policy: { qrRotation } });
  record("CPU of a step of a changing code, us", "service", await cpuOfMessages(service, stepMs));
}

/**
 * Opens watches that get one message each per interval. Resolves with the CPU that the service takes for one of
 * these messages, in microseconds, and stops the service.
 */
async function cpuOfMessages(service: MeasuredServer, intervalMs: number): Promise<number> {
  const count = counts[1] ?? 0;
  try {
    service.tickets.push(
      ...(await mapConcurrently(count, openingAtOnce, (index) => service.clientFor(index).createTicket())),
    );
    await openWatches(service, count);
    await pause(intervalMs);
    const before = await service.server.usage();
    await pause(intervalMs);
    return ((await service.server.usage()).cpu - before.cpu) / count;
  } finally {
    await service.stop();
  }
}

function record(name: string, of: "service" | "bare", figure: number): void {
  const row = rows.get(name) ?? { service: [], bare: [] };
  rows.set(name, row);
  row[of].push(figure);
}

async function startMeasured(name: string, heartbeat: string, more: object = {}): Promise<MeasuredServer> {
  const tickets = { ttl: "1h", maxTtl: "1h" };
  const configuration = { tickets, watch: { heartbeatInterval: heartbeat }, ...more };
  return toMeasuredServer(await startService({ name, level: "info", folder, preload, configuration }));
}

async function toMeasuredServer(target: ServiceTarget): Promise<MeasuredServer> {
  const caller = createCaller(target.address);
  await caller.ready().finally(caller.close);
  const token = await userToken();
  const clients: RawService[] = [];
  for (let opened = 0; opened < connections; opened++) {
    clients.push(await openRawService(target.address, token));
  }
  return {
    server: withMeter(target, target.child),
    clientFor: (index) => clients[index % connections] ?? missing(),
    tickets: [],
    watches: [],
    async disconnect() {
      for (const client of clients.splice(0)) client.close();
      const after = await openRawService(target.address, token);
      await after.createTicket();
      await pause(1_000);
      after.close();
    },
    async stop() {
      for (const client of clients) client.close();
      await target.stop();
    },
  };
}

async function openWatches(side: MeasuredServer, count: number): Promise<void> {
  const first = side.watches.length;
  const opened = await mapConcurrently(count, openingAtOnce, async (index) => {
    const watch = side.clientFor(index).watch(side.tickets[first + index] ?? missing());
    await watch.until(TicketState.PENDING);
    return watch;
  });
  side.watches.push(...opened);
}

/** Opens watches. Resolves with the CPU that the server took for them, in microseconds. */
async function cpuToOpen(side: MeasuredServer, count: number): Promise<number> {
  const before = await side.server.usage();
  await openWatches(side, count);
  return (await side.server.usage()).cpu - before.cpu;
}

async function cancelAll(side: MeasuredServer): Promise<void> {
  // Few in a round: the bare server, like any of Node.js, closes a connection after a thousand.
  for (const watch of side.watches.splice(0)) watch.cancel();
  // On each connection, the cancellations arrive before a call that follows them.
  for (let index = 0; index < connections; index++) await side.clientFor(index).createTicket();
}

async function cpuOfGetStatus({ server }: MeasuredServer): Promise<number> {
  const caller = createCaller(server.address);
  try {
    const call = await caller.getStatus();
    return (await load(server, call, seconds, join(folder, "body.grpc"))).cpuMicroseconds;
  } finally {
    caller.close();
  }
}

function missing(): never {
  throw new Error("there is no ticket or connection for a watch");
}
