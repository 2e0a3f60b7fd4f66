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

/** Resources that one server used. The names are those of the report. */
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
  /** Time from the bare server's own write, in milliseconds. */
  readonly bareFromWrite: { readonly p50: number; readonly p99: number };
}

export interface SseContext {
  readonly folder: string;
  readonly service: string;
  /** Gateway through which tickets are created. */
  readonly creatingGateway: string;
  readonly phone: Phone;
  readonly streams: number;
  readonly heartbeatMs: number;
}

/** Number of streams that are opened and closed before the measurement, as a warm-up for the compiler. */
const warmUps = 200;

/** Number of streams that are opened concurrently. */
const openingAtOnce = 50;

/** Server with its streams, during the measurement. */
interface Run {
  readonly subject: SseServer;
  readonly tickets: readonly EventSourceTicket[];
  readonly streams: readonly EventStream[];
  readonly opening: Usage;
  readonly before: Usage;
  readonly after: Usage;
}

/**
 * Starts both servers and measures them: opening one after the other, idle at the same time, events in turns.
 *
 * @throws Error when a stream misses an event.
 */
export async function measureRound(context: SseContext): Promise<Round> {
  const { folder, service, creatingGateway, phone, heartbeatMs } = context;
  const servers = [
    await startGateway(folder, service, heartbeatMs),
    await startBareSse(heartbeatMs),
  ] as const;
  try {
    const [gatewayServer, bareServer] = servers;
    const gateway = await openAll(
      createGatewayServer(gatewayServer, creatingGateway, phone),
      context.streams,
    );
    const bare = await openAll(createBareServer(bareServer), context.streams);
    const idle = await idleUsage([gateway, bare], heartbeatMs);
    const events = await measureEvents(gateway, bare);
    for (const { streams } of [gateway, bare]) await Promise.all(streams.map((stream) => stream.close()));
    return {
      gateway: toFigures(gateway, idle[0] ?? Number.NaN, events.gateway),
      bare: toFigures(bare, idle[1] ?? Number.NaN, events.bare),
      bareFromWrite: quantiles(events.bare.fromWrite),
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function openAll(subject: SseServer, count: number): Promise<Run> {
  const { server } = subject;
  const warmUpTickets = await subject.createTickets(warmUps);
  await mapConcurrently(warmUps, openingAtOnce, (index) =>
    warmUp(server.address, sourceAt(warmUpTickets, index)),
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

async function warmUp(address: string, ticket: EventSourceTicket): Promise<void> {
  const stream = openStream(address, ticket.path, ticket.cookie);
  await stream.next();
  await ticket.markScanned();
  await stream.next();
  await ticket.end();
  await stream.close();
}

/** Returns the CPU of each server over exactly one heartbeat, in percent of a core per thousand streams. */
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

/** Measures one event at a time, on the two servers in turns, so that disturbances affect both. */
async function measureEvents(
  gateway: Run,
  bare: Run,
): Promise<{ readonly gateway: EventFigures; readonly bare: EventFigures }> {
  const runs = [gateway, bare];
  const before = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  const events = runs.map(() => ({ milliseconds: [] as number[], fromWrite: [] as number[] }));
  const count = Math.min(500, gateway.streams.length);
  for (let index = 0; index < count; index++) {
    const arrivals: Arrival[] = [];
    for (const [which, { tickets, streams }] of runs.entries()) {
      const calledAt = process.hrtime.bigint();
      const writtenAt = sourceAt(tickets, index).markScanned();
      const arrival = await streams[index]?.next();
      assertEvent(arrival, "SCANNED");
      arrivals.push(arrival);
      events[which]?.milliseconds.push(millisecondsBetween(calledAt, arrival.at));
      events[which]?.fromWrite.push(millisecondsBetween((await writtenAt) ?? calledAt, arrival.at));
    }
    assertSameLength(arrivals);
  }
  const after = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
  const of = (which: number): EventFigures => ({
    milliseconds: events[which]?.milliseconds ?? [],
    fromWrite: events[which]?.fromWrite ?? [],
    cpu: ((after[which]?.cpu ?? Number.NaN) - (before[which]?.cpu ?? Number.NaN)) / count,
  });
  return { gateway: of(0), bare: of(1) };
}

function toFigures({ before, opening, after, streams }: Run, idle: number, event: EventFigures): Figures {
  const { p50, p99 } = quantiles(event.milliseconds);
  return {
    "RSS of a stream, KiB": (after.rss - before.rss) / 1_024 / streams.length,
    "heap of a stream, KiB": (after.heap - before.heap) / 1_024 / streams.length,
    "CPU to open a stream, us": (opening.cpu - before.cpu) / streams.length,
    "CPU of 1,000 idle streams, % of a core": idle,
    "CPU of an event, us": event.cpu,
    "call -> client has the event, p50 ms": p50,
    "call -> client has the event, p99 ms": p99,
  };
}

function assertEvent(arrival: Arrival | undefined, state: string): asserts arrival is Arrival {
  if (!arrival?.text.includes(`"state":"${state}"`)) throw new Error(`no event ${state}: ${arrival?.text}`);
}

/**
 * Checks that the events of both servers are equally long. Otherwise the baseline would not be comparable.
 */
function assertSameLength(arrivals: readonly Arrival[]): void {
  const lengths = arrivals.map(({ text }) => text.length);
  if (Math.max(...lengths) / Math.min(...lengths) > 1.05) {
    throw new Error(`the events differ in length: ${lengths.join(", ")} bytes`);
  }
}

function sourceAt(tickets: readonly EventSourceTicket[], index: number): EventSourceTicket {
  const ticket = tickets[index];
  if (!ticket) throw new Error(`there is no stream ${index}`);
  return ticket;
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
