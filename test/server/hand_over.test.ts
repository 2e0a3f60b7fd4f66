import { credentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { createAppClient } from "../../src/client/index.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { advanceUntil } from "../support/bare_server.js";
import {
  asApp,
  callersOf,
  callsOf,
  createTestTicket,
  responseOrThrow,
  scannedById,
  watchOf,
} from "../support/callers.js";
import { createManualClock } from "../support/clock.js";
import { eventually } from "../support/eventually.js";
import { appSecrets, startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";

async function start(options: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/**
 * Starts two nodes over one embedded store, which outlives the node that stops first.
 *
 * @param beforeRead That node waits for it before it reads a ticket.
 */
async function startPair(
  shutdown: object,
  beforeRead: () => Promise<void> = async () => {},
): Promise<readonly [stopping: TestServer, staying: TestServer]> {
  let shared: TicketStore | undefined;
  const settings = {
    grpc: { address: "127.0.0.1:0", shutdown },
    tickets: { minPollInterval: "0s" },
    policy: { limits: { scansPerApprover: 10_000, scansInProgress: 10_000, declinesPerApprover: 10_000 } },
  };
  const staying = await start({
    settings,
    store: (embedded) => {
      shared = embedded;
      return embedded;
    },
  });
  const store = (own: TicketStore): TicketStore => {
    if (!shared) throw new Error("the other node has no store");
    const { get } = shared;
    const heldGet: TicketStore["get"] = async (id) => {
      await beforeRead();
      return get(id);
    };
    return { ...shared, get: heldGet, close: () => own.close() };
  };
  return [await start({ settings, store }), staying];
}

interface TicketCredentials {
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** Returns the number of watches that a server has ended because it stops. */
const drainedBy = ({ lines }: TestServer) =>
  lines.filter(({ method, reason }) => method === "WatchStatus" && reason === "SERVER_DRAINING").length;

describe("a node that stops beside another one", () => {
  it("hands its connections over: no call fails, although no policy repeats one", async () => {
    let release = () => {};
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [stopping, staying] = await startPair({ delay: "0s", gracePeriod: "30s" }, () => {
      arrive();
      return released;
    });
    const client = new QrLoginServiceClient(
      `ipv4:${stopping.address},${staying.address}`,
      credentials.createInsecure(),
      {
        "grpc.use_local_subchannel_pool": 1,
        // Without a retry policy. gRPC itself sends a call again that no server has begun.
        "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      },
    );
    onTestFinished(() => client.close());
    const shop = callsOf(client, asApp("shop"));
    const answered = ({ lines }: TestServer) =>
      lines.filter(({ method }) => method === "CreateTicket").length;
    const codes: string[] = [];
    const call = async () => void codes.push((await shop.createTicket()).code);
    while (answered(stopping) === 0 || answered(staying) === 0) await call();

    // A call in progress keeps the node from exiting at once.
    const running = callsOf(stopping.newClient(), asApp("shop")).getStatus(await createTestTicket(shop));
    await arrived;

    const stopped = stopping.service.stop();
    const callers = Array.from({ length: 10 }, async () => {
      for (let calls = 0; calls < 50; calls++) await call();
    });
    await Promise.all(callers);
    release();
    expect((await running).code).toBe("OK");
    await stopped;
    expect(new Set(codes)).toEqual(new Set(["OK"]));
  });

  it("hands its watches over: watchers miss nothing and see no error", async () => {
    const [stopping, staying] = await startPair({ delay: "0s", drainTime: "1s", gracePeriod: "10s" });
    const address = `ipv4:${stopping.address},${staying.address}`;
    const client = createAppClient({ address, appId: "shop", appSecret: appSecrets.shop });
    onTestFinished(() => client.close());
    const calling = staying.newClient();
    // Before the servers stop, which check for open connections.
    onTestFinished(() => calling.close());
    const shop = callersOf(calling).app("shop");
    const alice = callersOf(calling).user(await signToken("alice"));
    const tickets = await Promise.all(Array.from({ length: 150 }, () => createTestTicket(shop)));
    const seen = tickets.map((): TicketState[] => []);
    const watches: Promise<void>[] = [];
    async function watch(index: number, ticket: TicketCredentials): Promise<void> {
      for await (const { state } of client.watchStatus(ticket)) seen[index]?.push(state);
    }
    for (const [index, ticket] of tickets.entries()) {
      watches.push(watch(index, ticket));
      // One by one, since a client that has just begun uses the first node that it reaches.
      await eventually(() => expect(seen[index]).toHaveLength(1));
    }

    const stopped = stopping.service.stop();
    for (const ticket of tickets) {
      responseOrThrow(await alice.markScanned(scannedById(ticket)));
      responseOrThrow(await alice.cancel(ticket));
    }
    await stopped;
    await Promise.all(watches);
    expect(drainedBy(stopping)).toBeGreaterThan(20);
    for (const states of seen) {
      expect(states[0]).toBe(TicketState.PENDING);
      expect(states.at(-1)).toBe(TicketState.CANCELLED);
    }
  });
});

describe("a node that stops with many watches", () => {
  it("ends them in slices, so that the other nodes do not get all of them at once", async () => {
    const clock = createManualClock(Date.now());
    const shutdown = { drainTime: "1s", gracePeriod: "10s" };
    const server = await start({ clock, settings: { grpc: { address: "127.0.0.1:0", shutdown } } });
    const shop = callersOf(server.client).app("shop");
    const watching = server.newClient();
    const watches = await Promise.all(
      Array.from({ length: 500 }, async () => watchOf(watching, asApp("shop"), await createTestTicket(shop))),
    );
    for (const watch of watches) expect(await watch.next()).toBeDefined();

    const stopped = server.service.stop();
    // Half of the time is for the connections, of which there are few. A slice has 100 of 500 watches.
    for (const ended of [100, 200, 300, 400, 500]) {
      await clock.advanceAsync(ended === 100 ? 0 : 100);
      await eventually(() => expect(drainedBy(server)).toBeGreaterThanOrEqual(ended - 100 || 100));
      expect(drainedBy(server)).toBeLessThanOrEqual(ended);
    }
    await clock.advanceAsync(100);
    await eventually(() => expect(drainedBy(server)).toBe(500));
    await advanceUntil(stopped, clock);
  });
});
