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

/** Stands at the present, since the tokens and the client go by the clock of the machine. */
const createPresentClock = () => createManualClock(Date.now());

function shutdown(keys: { delay?: string; gracePeriod?: string }) {
  return { grpc: { address: "127.0.0.1:0", shutdown: keys } };
}

/** A store that can be told to answer no reading until it is told to go on. */
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
    /** Holds from now on. The answer is fulfilled when the first reading has come. */
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

/** A client that knows nothing but the health protocol (grpc/doc/health-checking.md). */
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
      // How the stream ends is asked for by those who care.
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
  it("is SERVING while the server serves, and unknown for a service that is not there", async () => {
    const { address } = await start();
    const health = healthOf(address);
    expect(await health.check("")).toBe("SERVING");
    expect(await health.check(serviceName)).toBe("SERVING");
    await expect(health.check("qrlogin.v1.Other")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it("turns NOT_SERVING at once, and calls are served until the delay is over", async () => {
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
  it("ends a running watch with SERVER_DRAINING and says when to come back", async () => {
    const server = await start();
    const shop = callersOf(server.client).app("shop");
    const watch = watchOf(server.client, asApp("shop"), await createTestTicket(shop));
    expect(await watch.next()).toBeDefined();
    await server.service.stop();
    expect(await watch.ended).toMatchObject(draining);
  });

  it("lets a running call finish with OK, and refuses new calls with SERVER_DRAINING meanwhile", async () => {
    const store = createBlockingStore();
    const clock = createPresentClock();
    const server = await start({ clock, store: store.around });
    const shop = callersOf(server.client).app("shop");
    const ticket = await createTestTicket(shop);
    const held = store.hold();
    const running = shop.getStatus(ticket);
    await held;
    const stopped = server.service.stop();
    clock.advance(0);
    await refusal(shop);
    expect(await shop.getStatus(ticket)).toMatchObject(draining);
    expect(await callsOf(server.newClient(), asApp("shop")).watchStatus(ticket)).toMatchObject(draining);
    store.release();
    expect(await running).toMatchObject({ code: "OK", response: { status: { ticketId: ticket.ticketId } } });
    await stopped;
    expect(await shop.createTicket()).toMatchObject({ code: "UNAVAILABLE" });
  });

  it("cuts off a call that never ends when the deadline has passed, and not before", async () => {
    const clock = createPresentClock();
    const store = createBlockingStore();
    const settings = shutdown({ gracePeriod: "7s" });
    const server = await start({ clock, settings, store: store.around });
    const shop = callersOf(server.client).app("shop");
    const ticket = await createTestTicket(shop);
    const held = store.hold();
    const running = shop.getStatus(ticket);
    await held;
    const progress = { stopped: false, answered: false };
    const stopped = server.service.stop().then(() => {
      progress.stopped = true;
    });
    void running.then(() => {
      progress.answered = true;
    });
    clock.advance(0);
    await refusal(shop);
    clock.advance(6_999);
    expect(await shop.createTicket()).toMatchObject(draining);
    expect(progress).toEqual({ stopped: false, answered: false });
    clock.advance(1);
    expect(await waitUntilStopped(stopped, clock)).toBeLessThanOrEqual(1_000);
    expect((await running).code).not.toBe("OK");
    store.release();
  });

  it("lets an Authorize finish whose UserInfo is answered after it has begun", async () => {
    const clock = createPresentClock();
    const { server, shop, running, ticket, answer } = await startAuthorize(clock);
    const stopped = server.service.stop();
    clock.advance(0);
    await refusal(shop);
    expect(await shop.getStatus(ticket)).toMatchObject(draining);
    answer();
    expect(await running).toMatchObject({ code: "OK", response: { state: TicketState.AUTHORIZED } });
    await stopped;
  });

  it("ends an Authorize that still waits for UserInfo at the deadline with SERVER_DRAINING, and not before", async () => {
    const clock = createPresentClock();
    const { server, shop, running } = await startAuthorize(clock);
    let isAnswered = false;
    void running.then(() => {
      isAnswered = true;
    });
    const stopped = server.service.stop();
    clock.advance(0);
    await refusal(shop);
    clock.advance(2_999);
    await refusal(shop);
    expect(isAnswered).toBe(false);
    clock.advance(1);
    expect(await running).toMatchObject(draining);
    expect(await waitUntilStopped(stopped, clock)).toBeLessThanOrEqual(1_000);
  });

  it("asked for twice is one stop, and both wait for its end", async () => {
    const store = createBlockingStore();
    const clock = createPresentClock();
    const server = await start({ clock, store: store.around });
    const shop = callersOf(server.client).app("shop");
    const ticket = await createTestTicket(shop);
    const held = store.hold();
    const running = shop.getStatus(ticket);
    await held;
    const ended: string[] = [];
    const first = server.service.stop().then(() => ended.push("first"));
    const second = server.service.stop().then(() => ended.push("second"));
    clock.advance(0);
    await refusal(shop);
    expect(ended).toEqual([]);
    store.release();
    await Promise.all([running, first, second]);
    expect(ended).toEqual(["first", "second"]);
    await server.service.stop();
  });

  it("is not held up by somebody who watches the health", async () => {
    const clock = createPresentClock();
    const server = await start({ clock, settings: shutdown({ gracePeriod: "10m" }) });
    const watch = healthOf(server.address).watch("");
    expect(await watch.next()).toBe("SERVING");
    expect(await waitUntilStopped(server.service.stop(), clock)).toBeLessThanOrEqual(1_000);
    expect(await watch.ended).not.toBe(status.OK);
  });

  it("leaves no timer behind and frees the port, on which a new server listens at once", async () => {
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

/** Starts a server whose deadline is three seconds, before UserInfo is given up,, and an Authorize whose UserInfo is answered when the test says so. */
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
      // Closed, since a connection that is kept would hold up the end of the test.
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

/** Fulfilled once the server refuses new calls. */
async function refusal(app: ReturnType<typeof callsOf>): Promise<void> {
  while ((await app.createTicket()).code === "OK");
}

/** Lets time go by until the stop is over, each millisecond when nothing else is to be done. Answers the milliseconds. */
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
