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

/** The service, always at the same address. */
async function startService(store: TicketStore = newStore()): Promise<TestServer> {
  const service = await startTestServer({
    settings: { grpc: { address: `127.0.0.1:${servicePort}` } },
    // Outlives the service, as one on another machine does.
    store: () => ({ ...store, close: async () => {} }),
  });
  services.push(service);
  return service;
}

function newStore(): TicketStore {
  const lifetimes = { authorized: 300_000, retention: 600_000 };
  const limits = { maxTickets: 1_000, maxTicketsPerApp: 1_000 };
  const store = createMemoryStore({ clock: systemClock, lifetimes, ...limits });
  stores.push(store);
  return store;
}

/** A gateway that has the same key as the others. */
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

/** The same browser at another node: it has the cookie. */
function atNode({ url }: TestGateway, { cookies }: Browser): Browser {
  const other = openBrowser(url);
  for (const [name, value] of cookies) other.cookies.set(name, value);
  return other;
}

describe("a gateway that is started anew in mid-wait", () => {
  it("goes on with the same handles: EventSource comes back by itself and sees the login", async () => {
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
    let told = await events.next();
    while (told?.data.state === "SCANNED") told = await events.next();
    expect(told?.data).toMatchObject({ state: "AUTHORIZED", exchangeTicket: expect.any(String) });
  });
});

describe("a service that is started anew in mid-wait", () => {
  it("with its tickets is not even noticed: the same stream goes on", async () => {
    const store = newStore();
    const before = await startService(store);
    const browser = openBrowser((await startGateway()).url);
    const created = await browser.create();
    const events = browser.events(created.handle);
    expect((await events.next())?.data.state).toBe("PENDING");
    await before.service.stop();
    // What is known is still told.
    expect((await browser.status(created.handle)).json.state).toBe("PENDING");
    const after = await startService(store);
    await approve(after, created);
    let told = await events.next();
    while (told?.data.state === "SCANNED") told = await events.next();
    expect(told).toMatchObject({ type: "status", data: { state: "AUTHORIZED" } });
    expect(events.connections).toHaveLength(1);
  });

  it("without its tickets ends the stream with the reason, and EventSource gives up", async () => {
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

describe("a service that is away", () => {
  it("lets nobody begin: 503, and when to come again", async () => {
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
    });
    expect((await openBrowser(gateway.url).get("/healthz")).status).toBe(200);
  });

  it("keeps a stream that begins waiting, which then is told all", async () => {
    const store = newStore();
    const service = await startService(store);
    // Or the head of the answer would wait two seconds for the first status.
    const hasty: Clock = { ...systemClock, after: (ms, then) => systemClock.after(ms / 20, then) };
    const browser = openBrowser((await startGateway(0, hasty)).url);
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
  it("are one to the browser: create at one, watch at the other, withdraw at the first", async () => {
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

  it("also watch at the same time, and neither ends the other", async () => {
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
