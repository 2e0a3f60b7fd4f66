import { afterEach, describe, expect, test } from "vitest";
import { createChannelPool } from "../../src/client/channel_pool.js";
import { TicketState } from "../../src/client/index.js";
import { systemTiming } from "../../src/client/timing.js";
import { resolveTransport } from "../../src/client/transport.js";
import { eventually } from "../support/eventually.js";
import { send, statusIn } from "./fake_service.js";
import { startTcpProxy } from "./tcp_proxy.js";
import { createFixture, iterate, nextOf } from "./watch_fixture.js";

const { clear, clientOn, later, service } = createFixture();
afterEach(clear);

/** Streams that the server allows on a connection. Further ones wait and are not rejected. */
const limit = 5;
const many = 2 * limit + 1;
const never = () => new Promise<object>(() => {});
const each = <T>(make: (index: number) => T) => Array.from({ length: many }, (_, index) => make(index));

describe("a client of a server that limits the streams of a connection", () => {
  async function limited() {
    let cancelled = 0;
    const count = (call: { on(event: "cancelled", listener: () => void): unknown }) =>
      call.on("cancelled", () => void cancelled++);
    const fake = await service(
      {
        watchStatus(stream) {
          count(stream);
          send(stream, statusIn(TicketState.PENDING));
        },
        getStatus: () => ({ status: statusIn(TicketState.SCANNED) }),
        withdraw(call) {
          count(call);
          return never();
        },
      },
      0,
      { "grpc.max_concurrent_streams": limit },
    );
    const proxy = await startTcpProxy(fake.port);
    later(proxy.stop);
    const options = { maxStreamsPerConnection: limit, deadlineMs: Number.POSITIVE_INFINITY };
    const client = clientOn(proxy.address, systemTiming, options);
    /** Waits until this many calls have been cancelled at the server. */
    const waitForCancelled = (calls: number) => eventually(() => expect(cancelled).toBe(calls));
    return { fake, proxy, client, waitForCancelled };
  }

  test("a client opens further connections for watches, and calls do not wait for watches", async () => {
    const { fake, proxy, client } = await limited();
    const watches = each(() => iterate(client));
    const first = Promise.all(watches.map(nextOf));
    await eventually(() => expect(fake.watches).toHaveLength(many));
    const status = client.getStatus({ ticketId: "t" });
    expect((await first).map(({ state }) => state)).toEqual(each(() => TicketState.PENDING));
    expect((await status).status?.state).toBe(TicketState.SCANNED);
    expect(proxy.open()).toBe(3 + 1);
  });

  test("a client opens further connections for calls", async () => {
    const { fake, proxy, client, waitForCancelled } = await limited();
    const controller = new AbortController();
    const calls = each(() => client.withdraw({ ticketId: "t" }, { signal: controller.signal }));
    await eventually(() => expect(fake.count("withdraw")).toBe(many));
    expect(proxy.open()).toBe(3);
    controller.abort();
    await Promise.allSettled(calls);
    await waitForCancelled(many);
    // Their streams are available again.
    await Promise.all(each(() => client.getStatus({ ticketId: "t" })));
    expect(proxy.opened()).toBe(3);
  });

  test("a client reuses the streams of ended watches, and leaves no connection when it is closed", async () => {
    const { fake, proxy, client, waitForCancelled } = await limited();
    const watches = each(() => iterate(client));
    const first = Promise.all(watches.map(nextOf));
    await eventually(() => expect(fake.watches).toHaveLength(many));
    await first;
    await Promise.all(watches.slice(0, limit).map((watch) => watch.return?.()));
    await waitForCancelled(limit);
    const again = watches.slice(0, limit).map(() => iterate(client));
    await Promise.all(again.map(nextOf));
    expect(proxy.opened()).toBe(3);
    for (const watch of [...watches.slice(limit), ...again]) watch.next().catch(() => {});
    client.close();
    await eventually(() => expect(proxy.open()).toBe(0));
  });
});

describe("channels", () => {
  test("channels are filled from the first one, and opened when all are full", () => {
    const opened: { number: number; closed: boolean; close(): void }[] = [];
    const channels = createChannelPool(2, (isFirst) => {
      expect(isFirst).toBe(opened.length === 0);
      const client = {
        number: opened.length,
        closed: false,
        close() {
          client.closed = true;
        },
      };
      opened.push(client);
      return client;
    });
    const leases = [1, 2, 3, 4, 5].map(() => channels.acquire());
    expect(leases.map(({ client }) => client.number)).toEqual([0, 0, 1, 1, 2]);
    leases[3]?.release();
    leases[0]?.release();
    expect([1, 2, 3, 4].map(() => channels.acquire().client.number)).toEqual([0, 1, 2, 3]);
    channels.close();
    expect(opened.map(({ closed }) => closed)).toEqual([true, true, true, true]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "a limit of %d streams for each channel is rejected",
    (streams) => {
      const options = { address: "127.0.0.1:1", maxStreamsPerConnection: streams };
      expect(() => resolveTransport(options)).toThrow(RangeError);
    },
  );

  test("a channel has 100 streams by default", () => {
    expect(resolveTransport({ address: "127.0.0.1:1" }).maxStreams).toBe(100);
  });
});
