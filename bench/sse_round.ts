import { setTimeout as pause } from "node:timers/promises";
import { type Arrival, type EventStream, openStream } from "./event_streams.js";
import { startBareSse, startGateway } from "./sse_servers.js";
import {
  createBareServer,
  createGatewayServer,
  type EventSourceTicket,
  mapConcurrently,
  type Phone,
  type SseServer,
} from "./sse_sources.js";
import type { Usage } from "./usage_reporter.js";

/** What one server took. The names are those of the report. */
export interface Figures {
  readonly "RSS of a stream, KiB": number;
  readonly "heap of a stream, KiB": number;
  readonly "CPU to open a stream, us": number;
  readonly "CPU of 1,000 idle streams, % of a core": number;
  readonly "CPU of an event, us": number;
  readonly "call -> client has the event, p50 ms": number;
  readonly "call -> client has the event, p99 ms": number;
}

export interface Round {
  readonly gateway: Figures;
  readonly bare: Figures;
  /** From the bare server's own write, in milliseconds. */
  readonly bareFromWrite: { readonly p50: number; readonly p99: number };
}

export interface SseContext {
  readonly folder: string;
  readonly service: string;
  /** The gateway through which tickets are created. */
  readonly creatingGateway: string;
  readonly phone: Phone;
  readonly streams: number;
  readonly heartbeatMs: number;
}

/** So many streams come and go before anything is measured, for the compiler. */
const warmUps = 200;

/** Streams that are opened at the same time. */
const openingAtOnce = 50;

/** A server with its streams, while it is measured. */
interface Run {
  readonly subject: SseServer;
  readonly tickets: readonly EventSourceTicket[];
  readonly streams: readonly EventStream[];
  readonly opening: Usage;
  readonly before: Usage;
  readonly after: Usage;
}

/**
 * Starts both servers and measures them: opening one after the other, idle at the same time, events in turns. Throws when a
 * stream misses an event.
 */
export async function measureRound(setting: SseContext): Promise<Round> {
  const { folder, service, creatingGateway, phone, heartbeatMs } = setting;
  const servers = [
    await startGateway(folder, service, heartbeatMs),
    await startBareSse(heartbeatMs),
  ] as const;
  try {
    const [gatewayServer, bareServer] = servers;
    const gateway = await openAll(
      createGatewayServer(gatewayServer, creatingGateway, phone),
      setting.streams,
    );
    const bare = await openAll(createBareServer(bareServer), setting.streams);
    const idle = await idleUsage([gateway, bare], heartbeatMs);
    const told = await measureEvents(gateway, bare);
    for (const { streams } of [gateway, bare]) await Promise.all(streams.map((stream) => stream.close()));
    return {
      gateway: toFigures(gateway, idle[0] ?? Number.NaN, told.gateway),
      bare: toFigures(bare, idle[1] ?? Number.NaN, told.bare),
      bareFromWrite: quantiles(told.bare.fromWrite),
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function openAll(subject: SseServer, count: number): Promise<Run> {
  const { server } = subject;
  const rehearsal = await subject.createTickets(warmUps);
  await mapConcurrently(warmUps, openingAtOnce, (index) =>
    warmUp(server.address, sourceAt(rehearsal, index)),
  );
  const tickets = await subject.createTickets(count);
  await pause(500);
  const before = await server.collectedUsage();
  const opened = await mapConcurrently(count, openingAtOnce, async (index) => {
    const { path, cookie } = sourceAt(tickets, index);
    const stream = openStream(server.address, path, cookie);
    return { stream, first: await stream.next() };
  });
  const opening = await server.usage();
  assertEvent(opened[0]?.first, "PENDING");
  await pause(500);
  const after = await server.collectedUsage();
  return { subject, tickets, streams: opened.map(({ stream }) => stream), before, opening, after };
}

async function warmUp(address: string, stand: EventSourceTicket): Promise<void> {
  const stream = openStream(address, stand.path, stand.cookie);
  await stream.next();
  await stand.markScanned();
  await stream.next();
  await stand.end();
  await stream.close();
}

/** CPU of each, in percent of a core for a thousand streams, over exactly one heartbeat. */
async function idleUsage(runs: readonly Run[], heartbeatMs: number): Promise<readonly number[]> {
  const before = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  const beats = runs.map(({ streams }) => countHeartbeats(streams));
  await pause(heartbeatMs);
  const after = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  return runs.map(({ subject, streams }, index) => {
    const come = countHeartbeats(streams) - (beats[index] ?? 0);
    if (come < streams.length * 0.8) {
      throw new Error(`${subject.server.name}: ${come} heartbeats for ${streams.length} streams`);
    }
    const cpu = (after[index]?.cpu ?? Number.NaN) - (before[index]?.cpu ?? Number.NaN);
    return ((cpu / (heartbeatMs * 1_000)) * 100 * 1_000) / streams.length;
  });
}

function countHeartbeats(streams: readonly EventStream[]): number {
  return streams.reduce((sum, stream) => sum + stream.heartbeats(), 0);
}

interface EventFigures {
  readonly milliseconds: number[];
  readonly fromWrite: number[];
  readonly cpu: number;
}

/** One event at a time, on one server and then the other: what disturbs the machine disturbs both. */
async function measureEvents(
  gateway: Run,
  bare: Run,
): Promise<{ readonly gateway: EventFigures; readonly bare: EventFigures }> {
  const runs = [gateway, bare];
  const before = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  const told = runs.map(() => ({ milliseconds: [] as number[], fromWrite: [] as number[] }));
  const count = Math.min(500, gateway.streams.length);
  for (let index = 0; index < count; index++) {
    const arrivals: Arrival[] = [];
    for (const [which, { tickets, streams }] of runs.entries()) {
      const calledAt = process.hrtime.bigint();
      const writtenAt = sourceAt(tickets, index).markScanned();
      const arrival = await streams[index]?.next();
      assertEvent(arrival, "SCANNED");
      arrivals.push(arrival);
      told[which]?.milliseconds.push(millisecondsBetween(calledAt, arrival.at));
      told[which]?.fromWrite.push(millisecondsBetween((await writtenAt) ?? calledAt, arrival.at));
    }
    assertSameLength(arrivals);
  }
  const after = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  const of = (which: number): EventFigures => ({
    milliseconds: told[which]?.milliseconds ?? [],
    fromWrite: told[which]?.fromWrite ?? [],
    cpu: ((after[which]?.cpu ?? Number.NaN) - (before[which]?.cpu ?? Number.NaN)) / count,
  });
  return { gateway: of(0), bare: of(1) };
}

function toFigures({ before, opening, after, streams }: Run, idle: number, told: EventFigures): Figures {
  const { p50, p99 } = quantiles(told.milliseconds);
  return {
    "RSS of a stream, KiB": (after.rss - before.rss) / 1_024 / streams.length,
    "heap of a stream, KiB": (after.heap - before.heap) / 1_024 / streams.length,
    "CPU to open a stream, us": (opening.cpu - before.cpu) / streams.length,
    "CPU of 1,000 idle streams, % of a core": idle,
    "CPU of an event, us": told.cpu,
    "call -> client has the event, p50 ms": p50,
    "call -> client has the event, p99 ms": p99,
  };
}

function assertEvent(arrival: Arrival | undefined, state: string): asserts arrival is Arrival {
  if (!arrival?.text.includes(`"state":"${state}"`)) throw new Error(`no event ${state}: ${arrival?.text}`);
}

/** The bare server's events have to be as long as the gateway's, or the ceiling would be another one. */
function assertSameLength(arrivals: readonly Arrival[]): void {
  const lengths = arrivals.map(({ text }) => text.length);
  if (Math.max(...lengths) / Math.min(...lengths) > 1.05) {
    throw new Error(`the events are not alike: ${lengths.join(", ")} bytes`);
  }
}

function sourceAt(stands: readonly EventSourceTicket[], index: number): EventSourceTicket {
  const stand = stands[index];
  if (!stand) throw new Error(`there is no stream ${index}`);
  return stand;
}

function millisecondsBetween(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6;
}

function quantiles(numbers: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
