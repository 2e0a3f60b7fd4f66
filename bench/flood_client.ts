import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateTicketRequest,
  CreateTicketResponse,
  GetStatusRequest,
  GetStatusResponse,
  WatchStatusRequest,
} from "../gen/qrlogin/v1/qr_login_service.js";
import { frameMessage, ticketRequest } from "./calls.js";
import { openRawClient, type RawClient } from "./raw_calls.js";
import { percentile } from "./statistics.js";

// The legitimate client during a flood, in its own process (flood_client.js URL AUTHORIZATION). Reports its
// measurements on request.

/** Measurements since the last report. */
export interface ClientReport {
  readonly calls: number;
  /** Failed calls, and those without a response in time. */
  readonly lost: number;
  /** Latency of the calls, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Longest time to open a connection and complete its first call, in milliseconds. */
  readonly connectMax: number;
  readonly connectsLost: number;
  readonly watchesLost: number;
}

const callsPerSecond = 50;
const reconnectMs = 250;
const timeoutMs = 20_000;

const [url = "", authorization = ""] = process.argv.slice(2);
const creation = frameMessage(CreateTicketRequest.encode(ticketRequest).finish());
/** Start times of the calls in progress. */
const waiting = new Set<number>();
let latencies: number[] = [];
let connects: number[] = [];
let lost = 0;
let connectsLost = 0;
let watchesLost = 0;

process.on("message", () => {
  // A call in progress counts with its time so far.
  for (const since of waiting) latencies.push((performance.now() - since) / 2);
  const report: ClientReport = {
    calls: latencies.length,
    lost,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: Math.max(0, ...latencies),
    connectMax: Math.max(0, ...connects),
    connectsLost,
    watchesLost,
  };
  latencies = [];
  connects = [];
  lost = connectsLost = watchesLost = 0;
  process.send?.(report);
});
process.on("disconnect", () => process.exit());

let client = await openRawClient(url);
await call(client);
void keepCalling();
void keepConnecting();
void keepWatching();
process.send?.("ready");

async function call(by: RawClient): Promise<void> {
  const ticket = CreateTicketResponse.decode(await by.unary("CreateTicket", creation, authorization));
  const { ticketId, ticketSecret } = ticket;
  const body = frameMessage(GetStatusRequest.encode({ ticketId, ticketSecret }).finish());
  GetStatusResponse.decode(await by.unary("GetStatus", body, authorization));
}

async function measureTime(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const late = AbortSignal.timeout(timeoutMs);
  await Promise.race([work(), once(late, "abort").then(() => Promise.reject(new Error("no response")))]);
  return performance.now() - start;
}

/** Makes calls at a steady rate, independently of earlier responses. */
async function keepCalling(): Promise<void> {
  for (let next = performance.now(); ; next += 2_000 / callsPerSecond) {
    await pause(Math.max(0, next - performance.now()));
    const since = performance.now();
    waiting.add(since);
    measureTime(() => call(client))
      .then(
        (ms) => latencies.push(ms / 2),
        () => {
          lost += 1;
        },
      )
      .finally(() => waiting.delete(since));
  }
}

async function keepConnecting(): Promise<void> {
  for (;;) {
    await pause(reconnectMs);
    await measureTime(async () => {
      const other = await openRawClient(url);
      await call(other);
      other.close();
    }).then(
      (ms) => connects.push(ms),
      () => {
        connectsLost += 1;
      },
    );
    if (client.isClosed()) client = await openRawClient(url).catch(() => client);
  }
}

/** Holds one watch on its own connection. */
async function keepWatching(): Promise<void> {
  for (;;) {
    try {
      const other = await openRawClient(url);
      const { ticketId, ticketSecret } = CreateTicketResponse.decode(
        await other.unary("CreateTicket", creation, authorization),
      );
      const body = frameMessage(WatchStatusRequest.encode({ ticketId, ticketSecret }).finish());
      const watch = other.stream("WatchStatus", body, authorization);
      for (;;) await watch.next();
    } catch {
      watchesLost += 1;
      await pause(reconnectMs);
    }
  }
}
