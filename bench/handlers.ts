import { mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type HostKind, hostKinds } from "../test/gateway/hosts.js";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { openStream } from "./event_streams.js";
import { startGateway, startHandlerHost, startSseService } from "./sse_servers.js";
import { createGatewayServer, createPhone, mapConcurrently, type Phone } from "./sse_sources.js";
import { median } from "./statistics.js";
import type { MeteredTarget } from "./usage_meter.js";

// Resources of the gateway in a site's server: as a fastify plugin, as a Node.js handler and as a fetch handler.

const { rounds, quick } = parseRounds(3);
const [calls, streams] = quick ? [2_000, 200] : [10_000, 1_000];
const heartbeatMs = 15_000;

/** Resources that one server used. The names are those of the report. */
interface Figures {
  readonly "CPU of a call, us": number;
  readonly "CPU to open a stream, us": number;
  readonly "heap of a stream, KiB": number;
  readonly "RSS of a stream, KiB": number;
}

async function measure(server: MeteredTarget, creatingGateway: string, phone: Phone): Promise<Figures> {
  const sources = createGatewayServer(server, creatingGateway, phone);
  await sendCalls(server.address, calls / 2);
  await openAndClose(sources.createTickets(200), server.address);
  const beforeCalls = await server.usage();
  await sendCalls(server.address, calls);
  const afterCalls = await server.usage();
  const tickets = await sources.createTickets(streams);
  const before = await server.collectedUsage();
  const open = await openAll(tickets, server.address);
  const opened = await server.usage();
  await pause(500);
  const during = await server.collectedUsage();
  await Promise.all(open.map((stream) => stream.close()));
  const perStream = (from: number, to: number) => (to - from) / 1_024 / streams;
  return {
    "CPU of a call, us": (afterCalls.cpu - beforeCalls.cpu) / calls,
    "CPU to open a stream, us": (opened.cpu - before.cpu) / streams,
    "heap of a stream, KiB": perStream(before.heap, during.heap),
    "RSS of a stream, KiB": perStream(before.rss, during.rss),
  };
}

/** Calls the cheapest route, 16 at a time over connections that are kept. */
async function sendCalls(address: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  await mapConcurrently(count, 16, () => sendCall(`http://${address}/qrlogin/v1/origin`, agent));
  agent.destroy();
}

function sendCall(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 204) reject(new Error(`status ${response.statusCode} of ${url}`));
      response.resume().once("end", resolve);
    }).on("error", reject);
  });
}

type Tickets = Awaited<ReturnType<ReturnType<typeof createGatewayServer>["createTickets"]>>;

const openAll = (tickets: Tickets, address: string) =>
  mapConcurrently(tickets.length, 50, async (index) => {
    const { path = "", cookie = "" } = tickets[index] ?? {};
    const stream = openStream(address, path, cookie);
    await stream.next();
    return stream;
  });

async function openAndClose(created: Promise<Tickets>, address: string): Promise<void> {
  const tickets = await created;
  for (const stream of await openAll(tickets, address)) await stream.close();
}

function print(measured: Readonly<Record<HostKind, readonly Figures[]>>): void {
  console.log(`${"".padEnd(36)}${hostKinds.map((kind) => kind.padStart(24)).join("")}`);
  const [first] = hostKinds;
  for (const name of Object.keys(measured[first][0] ?? {}) as (keyof Figures)[]) {
    const base = median(measured[first].map((figures) => figures[name]));
    const columns = hostKinds.map((kind) => {
      const value = median(measured[kind].map((figures) => figures[name]));
      return `${value.toFixed(1)} (${(value / base).toFixed(2)})`.padStart(24);
    });
    console.log(`${name.padEnd(36)}${columns.join("")}`);
  }
}

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
  const measured: Record<HostKind, Figures[]> = {
    "fastify plugin": [],
    "Node handler": [],
    "fetch handler": [],
  };
  for (let round = 0; round < rounds; round++) {
    for (const kind of hostKinds) {
      const server = await startHandlerHost(kind, service.address);
      try {
        measured[kind].push(await measure(server, front.address, phone));
      } finally {
        await server.stop();
      }
    }
  }
  console.log(`${rounds} x ${calls} calls and ${streams} streams; medians, and ratios to the plugin\n`);
  print(measured);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops) await stop();
}
