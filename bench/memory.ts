import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../src/base/clock.js";
import { defaultPolicy, type Policy } from "../src/domain/policy.js";
import { createTicketService, type PreparedTicket } from "../src/service/tickets.js";
import { createMemoryStore } from "../src/store/memory/memory_store.js";

// Memory of a live ticket in the embedded store, and the longest block of the event loop while many tickets
// expire together.

const liveTickets = 200_000;
const expiringTickets = 100_000;
const expiringTtl = 5_000;

if (!globalThis.gc) throw new Error("run this with node --expose-gc");
const collect = globalThis.gc;

const app = { id: "bench", userPool: "customers" };
const lifetimes = { authorized: 300_000, checkCode: 60_000, retention: 600_000 };

const plain = await heapOfTicket(defaultPolicy);
const changing = await heapOfTicket({
  ...defaultPolicy,
  qrRotation: { interval: 5_000, overlap: 3_000, maxSteps: 60 },
});
console.log(`heap of a live ticket          ${describeHeap(plain)}, from ${liveTickets} of them`);
console.log(
  `the same, if its code changes  ${describeHeap(changing)}, ${(changing / plain).toFixed(2)} times`,
);
const { longest, expired } = await expireAtOnce();
console.log(`longest block while expiring   ${longest.toFixed(1)} ms, ${expired} tickets in the same second`);

async function heapOfTicket(policy: Policy): Promise<number> {
  const { store, add } = createFilledStore(120_000, policy);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let made = 0; made < liveTickets; made++) await add(made);
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / liveTickets;
  await store.close();
  return bytes;
}

function describeHeap(bytes: number): string {
  const gibibytes = (bytes * 1_000_000) / 2 ** 30;
  return `${bytes.toFixed(0)} bytes (a million: ${gibibytes.toFixed(2)} GiB, derived)`;
}

/** Prepares all tickets before storing any, so that storing is complete before they expire. */
async function expireAtOnce(): Promise<{ readonly longest: number; readonly expired: number }> {
  const { store, prepare } = createFilledStore(expiringTtl, defaultPolicy);
  const tickets = Array.from({ length: expiringTickets }, (_, made) => prepare(made).ticket);
  const expiresAt = Math.ceil(Date.now() / 1_000) * 1_000 + expiringTtl;
  for (const ticket of tickets) await store.create({ ...ticket, expiresAt });
  const ids = tickets.map(({ id }) => id);
  tickets.length = 0;
  collect();
  if (Date.now() >= expiresAt - 100)
    throw new Error("the machine is too slow: tickets expired while they were being stored");

  // Waits so that remaining work after the collection is not measured.
  await pause(100);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await pause(expiresAt - Date.now() + 3_000);
  delays.disable();

  let expired = 0;
  for (const id of ids) if ((await store.get(id))?.state === "EXPIRED") expired += 1;
  if (expired !== expiringTickets)
    throw new Error(`only ${expired} of ${expiringTickets} tickets have expired`);
  await store.close();
  // The histogram includes the millisecond that the sampler's own timer waits.
  return { longest: Math.max(0, delays.max / 1e6 - 1), expired };
}

function createFilledStore(ttl: number, policy: Policy) {
  const limits = { maxTickets: 1_000_000, maxTicketsPerApp: 1_000_000 };
  const store = createMemoryStore({ clock: systemClock, lifetimes, ...limits });
  const service = createTicketService(
    { store, clock: systemClock, lifetimes },
    { ttl, minTtl: ttl, maxTtl: ttl },
    () => policy,
    () => {},
  );
  const prepare = (made: number): PreparedTicket => service.prepare(app, createParameters(made));
  return { store, prepare, add: (made: number) => service.create(prepare(made)) };
}

/** Creates parameters with separate strings for every ticket, like those of requests from the network. */
function createParameters(made: number) {
  const text = (value: string) => Buffer.from(value).toString();
  const requester = {
    ipAddress: text(`203.0.${(made >> 8) & 255}.${made & 255}`),
    userAgent: text(
      `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${made} Safari/537.36`,
    ),
    deviceName: text("Chrome on Linux"),
    location: text("Lisbon, Portugal"),
    ipAddressSource: "STATED_BY_APP" as const,
    userAgentSource: "STATED_BY_APP" as const,
    deviceNameSource: "STATED_BY_APP" as const,
    locationSource: "STATED_BY_APP" as const,
  };
  return {
    screenId: "",
    asksForCheckCode: false,
    drawsQrCodeSteps: true,
    scene: "APP_AUTH",
    customData: undefined,
    customDataSource: undefined,
    ttl: undefined,
    requester,
    codeChallenge: undefined,
  };
}
