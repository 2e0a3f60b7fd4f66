import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { systemClock } from "../../src/base/clock.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { startIssuerServer } from "../auth/support.js";
import {
  asApp,
  callersOf,
  callsOf,
  createScannedTicket,
  createTestTicket,
  watchOf,
} from "../support/callers.js";
import { createManualClock, flushPromises } from "../support/clock.js";
import { createCountingClock } from "../support/counting_clock.js";
import { isListening } from "../support/process.js";
import { startTestServer, type TestServerOptions } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";

const serviceName = "qrlogin.v1.QrLoginService";
const draining = { code: "UNAVAILABLE", reason: "SERVER_DRAINING", retryAfterMs: 500 };
/** Result of a call whose client finds no open port. */
const closed = { code: "UNAVAILABLE", reason: undefined };

const clients = new Set<Client>();

async function start(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  onTestFinished(async () => {
    for (const client of clients) client.close();
    clients.clear();
    await server.stop();
  });
  return server;
}

/** The clock stands at the present, since the tokens and the client use this machine's clock. */
const createPresentClock = () => createManualClock(Date.now());

function shutdown(keys: { delay?: string; gracePeriod?: string }) {
  return { grpc: { address: "127.0.0.1:0", shutdown: keys } };
}

/** A store whose reads can be held. */
function createBlockingStore() {
  let release = () => {};
  let gate: Promise<void> | undefined;
  let arrived = () => {};
  return {
    around: (store: TicketStore): TicketStore => ({
      ...store,
      async get(id) {
        arrived();
        await gate;
        return store.get(id);
      },
    }),
    /** Holds all reads from now on. Resolves when the first one arrives. */
    hold(): Promise<void> {
      gate = new Promise((resolve) => {
        release = resolve;
      });
      const reading = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      return withTimeout(reading, "a reading that reaches the store");
    },
    release: () => release(),
  };
}

/** A client of the health protocol only (grpc/doc/health-checking.md). */
function healthOf(address: string) {
  const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  clients.add(client);
  const { Check: check, Watch: watch } = healthService;
  if (!check || !watch) throw new Error("the health service has no Check or no Watch");
  return {
    check: (service: string) =>
      new Promise<string>((resolve, reject) => {
        client.makeUnaryRequest(
          check.path,
          check.requestSerialize,
          check.responseDeserialize,
          { service },
          (error: ServiceError | null, response?: object) =>
            error ? reject(error) : resolve((response as { status: string }).status),
        );
      }),
    watch(service: string) {
      const stream = client.makeServerStreamRequest(
        watch.path,
        watch.requestSerialize,
        watch.responseDeserialize,
        {
          service,
        },
      );
      // Tests that need the end of the stream wait for it elsewhere.
      stream.on("error", () => {});
      const messages = stream[Symbol.asyncIterator]();
      return {
        next: async () => ((await messages.next()).value as { status: string }).status,
        ended: withTimeout(
          new Promise<number>((resolve) => {
            stream.on("status", ({ code }) => resolve(code));
          }),
          "the end of a watch of the health",
        ),
      };
    },
  };
}

describe("health", () => {
  it("health is SERVING while the server serves, and NOT_FOUND for an unknown service", async () => {
    const { address } = await start();
    const health = healthOf(address);
    expect(await health.check("")).toBe("SERVING");
    expect(await health.check(serviceName)).toBe("SERVING");
    await expect(health.check("qrlogin.v1.Other")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it("health becomes NOT_SERVING at once, while calls are served until the shutdown delay is over", async () => {
    const clock = createPresentClock();
    const server = await start({ clock, settings: shutdown({ delay: "5s" }) });
    const health = healthOf(server.address);
    const watches = ["", serviceName].map((service) => health.watch(service));
    for (const watch of watches) expect(await watch.next()).toBe("SERVING");
    const shop = callersOf(server.client).app("shop");
    await createTestTicket(shop);
    const stopped = server.service.stop();
    for (const watch of watches) expect(await watch.next()).toBe("NOT_SERVING");
    expect(await health.check(serviceName)).toBe("NOT_SERVING");
    clock.advance(4_999);
    expect(await shop.createTicket()).toMatchObject({ code: "OK" });
    clock.advance(1);
    expect(await shop.createTicket()).toMatchObject({ code: "UNAVAILABLE" });
    await waitUntilStopped(stopped, clock);
    await Promise.all(watches.map((watch) => watch.ended));
  });
});

describe("a stop", () => {
  it("ends a watch with SERVER_DRAINING and a retry delay", async () => {
    const server = await start();
    const shop = callersOf(server.client).app("shop");
    const watch = watchOf(server.client, asApp("shop"), await createTestTicket(shop));
    expect(await watch.next()).toBeDefined();
    await server.service.stop();
    expect(await watch.ended).toMatchObject(draining);
  });

  it("lets a call in progress finish with OK, and accepts no new call", async () => {
    const { store, clock, server, shop, ticket, running } = await startWithRunningCall();
    const stopped = server.service.stop();
    clock.advance(0);
    await waitForRejection(shop);
    expect(await shop.getStatus(ticket)).toMatchObject(closed);
    expect(await callsOf(server.newClient(), asApp("shop")).watchStatus(ticket)).toMatchObject(closed);
    store.release();
    expect(await running).toMatchObject({ code: "OK", response: { status: { ticketId: ticket.ticketId } } });
    await stopped;
    expect(await shop.createTicket()).toMatchObject({ code: "UNAVAILABLE" });
  });

  it("ends a call that never finishes at the end of the grace period, and not before", async () => {
    const settings = shutdown({ gracePeriod: "7s" });
    const { store, clock, server, shop, running } = await startWithRunningCall({ settings });
    const progress = { stopped: false, answered: false };
    const stopped = server.service.stop().then(() => {
      progress.stopped = true;
    });
    void running.then(() => {
      progress.answered = true;
    });
    clock.advance(0);
    await waitForRejection(shop);
    clock.advance(6_999);
    expect(await shop.createTicket()).toMatchObject(closed);
    expect(progress).toEqual({ stopped: false, answered: false });
    clock.advance(1);
    expect(await waitUntilStopped(stopped, clock)).toBeLessThanOrEqual(1_000);
    expect((await running).code).not.toBe("OK");
    store.release();
  });

  it("lets an Authorize finish whose UserInfo response arrives during the stop", async () => {
    const clock = createPresentClock();
    const { server, shop, running, ticket, answer } = await startAuthorize(clock);
    const stopped = server.service.stop();
    clock.advance(0);
    await waitForRejection(shop);
    expect(await shop.getStatus(ticket)).toMatchObject(closed);
    answer();
    expect(await running).toMatchObject({ code: "OK", response: { state: TicketState.AUTHORIZED } });
    await stopped;
  });

  it("ends an Authorize that waits for UserInfo with SERVER_DRAINING when the grace period is over", async () => {
    const clock = createPresentClock();
    const { server, shop, running } = await startAuthorize(clock);
    let isAnswered = false;
    void running.then(() => {
      isAnswered = true;
    });
    const stopped = server.service.stop();
    clock.advance(0);
    await waitForRejection(shop);
    clock.advance(2_999);
    await waitForRejection(shop);
    expect(isAnswered).toBe(false);
    clock.advance(1);
    expect(await running).toMatchObject(draining);
    expect(await waitUntilStopped(stopped, clock)).toBeLessThanOrEqual(1_000);
  });

  it("a stop runs only once when it is called twice, and both calls wait for its end", async () => {
    const { store, clock, server, shop, running } = await startWithRunningCall();
    const ended: string[] = [];
    const first = server.service.stop().then(() => ended.push("first"));
    const second = server.service.stop().then(() => ended.push("second"));
    clock.advance(0);
    await waitForRejection(shop);
    expect(ended).toEqual([]);
    store.release();
    await Promise.all([running, first, second]);
    expect(ended).toEqual(["first", "second"]);
    await server.service.stop();
  });

  it("a stop is not delayed by a health watch", async () => {
    const clock = createPresentClock();
    const server = await start({ clock, settings: shutdown({ gracePeriod: "10m" }) });
    const watch = healthOf(server.address).watch("");
    expect(await watch.next()).toBe("SERVING");
    expect(await waitUntilStopped(server.service.stop(), clock)).toBeLessThanOrEqual(1_000);
    expect(await watch.ended).not.toBe(status.OK);
  });

  it("a stop leaves no timer behind and frees the port for a new server at once", async () => {
    const clock = createCountingClock(systemClock);
    const first = await start({ clock });
    const shop = callersOf(first.client).app("shop");
    await callersOf(first.client)
      .app("shop")
      .watchStatus(await createTestTicket(shop));
    await first.service.stop();
    expect(clock.pending().size).toBe(0);
    expect(await isListening(first.address)).toBe(false);
    const second = await start({ settings: { grpc: { address: first.address } } });
    expect(second.address).toBe(first.address);
    expect(await callersOf(second.client).app("shop").createTicket()).toMatchObject({ code: "OK" });
  });
});

/** Starts a server with a GetStatus in progress. It ends when the store is released. */
async function startWithRunningCall(options: TestServerOptions = {}) {
  const store = createBlockingStore();
  const clock = createPresentClock();
  const server = await start({ clock, store: store.around, ...options });
  const shop = callersOf(server.client).app("shop");
  const ticket = await createTestTicket(shop);
  const held = store.hold();
  const running = shop.getStatus(ticket);
  await held;
  return { store, clock, server, shop, ticket, running };
}

/**
 * Starts a server with a grace period of three seconds, shorter than the time-out of UserInfo, and an
 * Authorize whose UserInfo response the test controls.
 */
async function startAuthorize(clock: ReturnType<typeof createPresentClock>) {
  let arrived = () => {};
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let answer = () => {};
  const issuer = await startIssuerServer();
  onTestFinished(() => issuer.close());
  issuer.answer("/userinfo", (_request, response) => {
    answer = () => {
      // The connection is closed, since an open one would delay the end of the test.
      const headers = { "content-type": "application/json", connection: "close" };
      response.writeHead(200, headers).end('{"sub":"subject-of-alice"}');
    };
    arrived();
  });
  const pool = { userInfoUri: `${issuer.origin}/userinfo` };
  const server = await start({ clock, pool, settings: shutdown({ gracePeriod: "3s" }) });
  const callers = callersOf(server.client);
  const shop = callers.app("shop");
  const alice = callers.user(await signToken("alice"));
  const ticket = await createScannedTicket(shop, alice);
  const running = alice.authorize(ticket);
  await withTimeout(asked, "a question to the UserInfo endpoint");
  return { server, shop, running, ticket, answer: () => answer() };
}

/** Resolves once the server rejects new calls. */
async function waitForRejection(app: ReturnType<typeof callsOf>): Promise<void> {
  while ((await app.createTicket()).code === "OK");
}

/**
 * Advances the clock by a millisecond whenever nothing else is pending, until the stop is over. Resolves with
 * the milliseconds.
 */
async function waitUntilStopped(
  stopped: Promise<unknown>,
  clock: { advance(ms: number): void },
): Promise<number> {
  let over = false;
  void stopped.then(() => {
    over = true;
  });
  for (let ms = 0; ; ms++) {
    for (let turns = 0; turns < 5 && !over; turns++) await flushPromises();
    if (over) return ms;
    clock.advance(1);
  }
}
