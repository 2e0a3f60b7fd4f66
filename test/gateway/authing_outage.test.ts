import { afterEach, beforeEach, expect, it } from "vitest";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import { StoreUnavailableError, type TicketStore } from "../../src/store/ticket_store.js";
import { createManualClock, flushPromises, type ManualClock } from "../support/clock.js";
import {
  newHandleKey,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from "../support/gateway.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { appHeader, call, check, checkUntil, gene, v2 } from "./authing_calls.js";
import { type Browser, openBrowser } from "./browser.js";

// The service stops and restarts with its state; the gateway keeps running.
let clock: ManualClock;
let store: TicketStore;
let server: TestServer;
/**
 * All servers that ran. They are stopped after the gateway, because they would count its connections as open.
 */
let servers: TestServer[];
let gateway: TestGateway;
let browser: Browser;
let alice: string;
/** Promises that the store awaits before it reads and writes. */
let readable: Promise<void>;
let writable: Promise<void>;
/** Called when the service is about to write. */
let onWrite: () => void;
const handleKeys = [newHandleKey()];

beforeEach(async () => {
  clock = createManualClock(Date.now());
  const lifetimes = { authorized: 300_000, checkCode: 60_000, retention: 600_000 };
  store = createMemoryStore({ clock, lifetimes, maxTickets: 10, maxTicketsPerApp: 10 });
  readable = writable = Promise.resolve();
  onWrite = () => {};
  servers = [];
  alice = await signToken("alice");
  await startService("127.0.0.1:0");
  await openGateway();
});

afterEach(async () => {
  await gateway.stop();
  for (const one of servers.reverse()) await one.stop();
  await store.close();
});

async function startService(address: string): Promise<void> {
  const sharedStore = (embedded: TicketStore): TicketStore => ({
    ...store,
    async get(id) {
      await readable;
      return store.get(id);
    },
    async replace(ticket, expectedWriteId) {
      onWrite();
      await writable;
      return store.replace(ticket, expectedWriteId);
    },
    close: () => embedded.close(),
  });
  server = await startTestServer({ clock, store: sharedStore, settings: { grpc: { address } } });
  servers.push(server);
}

async function openGateway(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await startTestGateway(server.address, { clock, handleKeys, ...options });
  browser = openBrowser(gateway.url);
}

const step = (name: string, random: string) =>
  call(`${v2}/${name}`, { random }, { authorization: alice }, browser);

/** Creates a promise that stays pending until it is opened. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Returns whether a call is answered at once. If not, it waits for the clock. */
async function isAnswered(polled: Promise<unknown>, timersBefore: number): Promise<boolean> {
  let answered = false;
  void polled.then(() => {
    answered = true;
  });
  while (!answered && clock.pendingCount === timersBefore) await flushPromises();
  return answered;
}

it("polling survives a restart of the service", async () => {
  const random = await gene({}, appHeader("shop"), browser);
  await step("scanned", random);
  await checkUntil(random, 1, browser);

  await server.service.stop();
  for (let polls = 0; polls < 20; polls++) {
    const answer = await check(random, {}, browser);
    expect(answer).toMatchObject({ code: 200, data: { status: 1, userInfo: { nickname: "alice-nick" } } });
  }
  const gone = await call(`${v2}/gene`, {}, appHeader("shop"), browser);
  expect(gone).toMatchObject({ http: 200, code: 1000, data: null });
  expect(gone.headers["retry-after"]).toBe("1");

  await startService(server.address);
  await step("confirm", random);
  await checkUntil(random, 2, browser);
});

it("a genuine handle is reported as not scanned while the service is unreachable", async () => {
  const random = await gene({}, appHeader("shop"), browser);
  await gateway.stop();
  await server.service.stop();
  await openGateway();
  const before = clock.pendingCount;
  const polled = check(random, {}, browser);
  expect(await isAnswered(polled, before)).toBe(false);
  clock.advance(700);
  expect((await polled).data).toMatchObject({ status: 0, ticket: null, userInfo: {} });
});

it("a slow service delays a poll no longer than the SDKs wait for the next one", async () => {
  const random = await gene({}, appHeader("shop"), browser);
  const slow = gate();
  readable = slow.passed;
  const before = clock.pendingCount;
  const polled = check(random, {}, browser);
  expect(await isAnswered(polled, before)).toBe(false);
  clock.advance(700);
  expect((await polled).data.status).toBe(0);
  slow.open();
  await step("scanned", random);
  await checkUntil(random, 1, browser);
});

it("a later poll returns the whole user when the exchange takes too long for one poll", async () => {
  await gateway.stop();
  await openGateway({ appOptions: { shop: { fullUserInStatus: true } } });
  const random = await gene({}, appHeader("shop"), browser);
  await step("scanned", random);
  await checkUntil(random, 1, browser);
  await step("confirm", random);
  const slow = gate();
  writable = slow.passed;
  let polled = check(random, {}, browser);
  // Until the gateway knows of the approval.
  for (let before = clock.pendingCount; await isAnswered(polled, before); before = clock.pendingCount) {
    polled = check(random, {}, browser);
  }
  clock.advance(700);
  expect((await polled).data).toMatchObject({
    status: 1,
    ticket: null,
    userInfo: { nickname: "alice-nick" },
  });
  slow.open();
  const { userInfo } = await checkUntil(random, 2, browser);
  expect(userInfo).toMatchObject({ id: "subject-of-alice" });
});

it("a poll that has waited for the status has only the remaining time for the exchange", async () => {
  const random = await gene({}, appHeader("shop"), browser);
  await step("scanned", random);
  await step("confirm", random);
  await gateway.stop();
  await openGateway({ appOptions: { shop: { fullUserInStatus: true } } });
  const [slow, slower] = [gate(), gate()];
  readable = slow.passed;
  writable = slower.passed;
  const before = clock.pendingCount;
  const polled = check(random, {}, browser);
  expect(await isAnswered(polled, before)).toBe(false);
  clock.advance(400);
  const begun = gate();
  onWrite = begun.open;
  slow.open();
  await begun.passed;
  const waiting = clock.pendingCount;
  clock.advance(299);
  expect(clock.pendingCount).toBe(waiting);
  clock.advance(1);
  expect((await polled).data).toMatchObject({ status: 1, ticket: null });
  slower.open();
  await checkUntil(random, 2, browser);
});

it("an exchange that fails in the status call does not end polling, and the next poll retries it", async () => {
  await gateway.stop();
  await openGateway({ appOptions: { shop: { fullUserInStatus: true } } });
  const random = await gene({}, appHeader("shop"), browser);
  await step("scanned", random);
  await step("confirm", random);
  const away = Promise.reject(new StoreUnavailableError("the store is away"));
  away.catch(() => {});
  writable = away;
  for (let polls = 0; polls < 50; polls++) {
    const answer = await check(random, {}, browser);
    expect(answer.code).toBe(200);
    expect([0, 1]).toContain(answer.data.status);
  }
  expect(gateway.logText()).toContain("STORE_UNAVAILABLE");
  writable = Promise.resolve();
  const { userInfo } = await checkUntil(random, 2, browser);
  expect(userInfo).toMatchObject({ id: "subject-of-alice" });
});
