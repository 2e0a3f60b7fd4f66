import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { newSecret } from "../../src/domain/secrets.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { freePort } from "../support/free_port.js";
import { startTestGateway, type TestGateway } from "../support/gateway.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, openBrowser } from "./browser.js";
import { codeChallenge } from "./exchange.js";

const key = newSecret();

let servicePort = 0;
let services: TestServer[];
let gateways: TestGateway[];
let stores: TicketStore[];

beforeEach(async () => {
  [services, gateways, stores] = [[], [], []];
  servicePort = await freePort();
});
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop();
  for (const service of services.toReversed()) await service.stop();
  for (const store of stores) await store.close();
});

/** Starts the service, always at the same address. */
async function startService(store: TicketStore = newStore()): Promise<TestServer> {
  const service = await startTestServer({
    settings: { grpc: { address: `127.0.0.1:${servicePort}` } },
    // Outlives the service, like a store on another machine.
    store: () => ({ ...store, close: async () => {} }),
  });
  services.push(service);
  return service;
}

function newStore(): TicketStore {
  const lifetimes = { authorized: 300_000, checkCode: 60_000, retention: 600_000 };
  const limits = { maxTickets: 1_000, maxTicketsPerApp: 1_000 };
  const store = createMemoryStore({ clock: systemClock, lifetimes, ...limits });
  stores.push(store);
  return store;
}

/** Starts a gateway with the key that all of them share. */
async function startGateway(port = 0, clock: Clock = systemClock): Promise<TestGateway> {
  const gateway = await startTestGateway(`127.0.0.1:${servicePort}`, { handleKeys: [key], port, clock });
  gateways.push(gateway);
  return gateway;
}

async function approve(service: TestServer, { qrContent, ticketId }: Created): Promise<void> {
  const alice = callersOf(service.client).user(await signToken("alice"));
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  responseOrThrow(await alice.authorize({ ticketId }));
}

/** Opens the same browser, with its cookies, at another gateway. */
function atNode({ url }: TestGateway, { cookies }: Browser): Browser {
  const other = openBrowser(url);
  for (const [name, value] of cookies) other.cookies.set(name, value);
  return other;
}

describe("a gateway that restarts during a sign-in", () => {
  it("a handle stays valid when the gateway restarts, and EventSource reconnects and sees the sign-in", async () => {
    const service = await startService();
    const first = await startGateway();
    const browser = openBrowser(first.url);
    const created = await browser.create({ appId: "shop", codeChallenge });
    const events = browser.events(created.handle);
    expect((await events.next())?.data.state).toBe("PENDING");
    await first.stop();
    await startGateway(Number(first.address.split(":")[1]));
    expect((await events.next())?.data).toMatchObject({ ticketId: created.ticketId, state: "PENDING" });
    await approve(service, created);
    let event = await events.next();
    while (event?.data.state === "SCANNED") event = await events.next();
    expect(event?.data).toMatchObject({ state: "AUTHORIZED", exchangeTicket: expect.any(String) });
  });
});

describe("a service that restarts during a sign-in", () => {
  it("an event stream continues when the service restarts with its tickets", async () => {
    const store = newStore();
    const before = await startService(store);
    const browser = openBrowser((await startGateway()).url);
    const created = await browser.create();
    const events = browser.events(created.handle);
    expect((await events.next())?.data.state).toBe("PENDING");
    await before.service.stop();
    // The last known status is still returned.
    expect((await browser.status(created.handle)).json.state).toBe("PENDING");
    const after = await startService(store);
    await approve(after, created);
    let event = await events.next();
    while (event?.data.state === "SCANNED") event = await events.next();
    expect(event).toMatchObject({ type: "status", data: { state: "AUTHORIZED" } });
    expect(events.connections).toHaveLength(1);
  });

  it("an event stream ends for good with the reason when the service restarts without its tickets", async () => {
    const before = await startService();
    const browser = openBrowser((await startGateway()).url);
    const { handle } = await browser.create();
    const events = browser.events(handle);
    expect((await events.next())?.data.state).toBe("PENDING");
    await before.service.stop();
    await startService();
    expect(await events.next()).toMatchObject({
      type: "problem",
      data: { status: 404, reason: "TICKET_NOT_FOUND", title: "Not Found" },
    });
    expect(await events.next()).toBeUndefined();
    expect(events.connections.map(({ status }) => status)).toEqual([200, 404]);
  });
});

describe("an unreachable service", () => {
  it("create returns 503 with Retry-After while the service is unreachable", async () => {
    const gateway = await startGateway();
    const answer = await openBrowser(gateway.url).post("/qrlogin/v1/tickets", { appId: "shop" });
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json).toEqual({
      title: "Service Unavailable",
      status: 503,
      detail: "the sign-in service cannot be reached",
      reason: "SERVICE_UNAVAILABLE",
      retryAfterMs: 1_000,
      requestId: expect.any(String),
    });
    expect((await openBrowser(gateway.url).get("/healthz")).status).toBe(200);
  });

  it("an event stream that starts while the service is unreachable waits, and then receives the status", async () => {
    const store = newStore();
    const service = await startService(store);
    // Otherwise the response headers would wait two seconds for the first status.
    const hastyClock: Clock = { ...systemClock, after: (ms, then) => systemClock.after(ms / 20, then) };
    const browser = openBrowser((await startGateway(0, hastyClock)).url);
    const { handle } = await browser.create();
    await service.service.stop();
    const events = browser.events(handle);
    await expect.poll(() => events.connections.length).toBe(1);
    expect(events.connections[0]?.status).toBe(200);
    await startService(store);
    expect((await events.next())?.data.state).toBe("PENDING");
  });
});

describe("two gateways that share a key", () => {
  it("a browser can create at one gateway, watch at another and withdraw at the first", async () => {
    const service = await startService();
    const [one, two] = [await startGateway(), await startGateway()];
    const browser = openBrowser(one.url);
    const created = await browser.create();
    const elsewhere = atNode(two, browser);
    const events = elsewhere.events(created.handle);
    expect((await events.next())?.data.state).toBe("PENDING");
    const alice = callersOf(service.client).user(await signToken("alice"));
    responseOrThrow(await alice.markScanned(scannedByText(created.qrContent)));
    expect((await events.next())?.data.state).toBe("SCANNED");
    expect((await browser.withdraw(created.handle)).status).toBe(200);
    expect((await events.next())?.data).toMatchObject({ state: "CANCELLED" });
    expect((await elsewhere.status(created.handle)).json.state).toBe("CANCELLED");
  });

  it("several gateways can watch a ticket at the same time, and none ends another's watch", async () => {
    await startService();
    const nodes = [await startGateway(), await startGateway(), await startGateway()];
    const browser = openBrowser(nodes[0]?.url ?? "");
    const { handle } = await browser.create();
    const streams = nodes.map((node) => atNode(node, browser).events(handle));
    for (const events of streams) expect((await events.next())?.data.state).toBe("PENDING");
    await browser.withdraw(handle);
    for (const events of streams) expect((await events.next())?.data.state).toBe("CANCELLED");
  });
});
