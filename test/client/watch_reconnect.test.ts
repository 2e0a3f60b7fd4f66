import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { TicketState } from "../../src/client/index.js";
import { createServiceError, fail, send, statusIn, type WatchStream } from "./fake_service.js";
import { createImmediateTiming, createManualTiming } from "./manual_timing.js";
import { startTcpProxy } from "./tcp_proxy.js";
import { createFixture, iterate, nextOf, sequence, statesOf, ticket } from "./watch_fixture.js";

const { PENDING, AUTHORIZED, EXPIRED } = TicketState;
const { clear, clientOn, later, service } = createFixture();
afterEach(clear);

describe("a watch reconnects", () => {
  const again = (stream: WatchStream) => send(stream, statusIn(EXPIRED));

  test.each(["STORE_UNAVAILABLE", "SERVER_DRAINING", "A_REASON_OF_TOMORROW"])(
    "after UNAVAILABLE with the reason %s",
    async (reason) => {
      const fake = await service(
        sequence((stream) => fail(stream, createServiceError(status.UNAVAILABLE, { reason })), again),
      );
      expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
    },
  );

  test("after TOO_MANY_WATCHES, once the time that the service asked for is over", async () => {
    const full = createServiceError(status.RESOURCE_EXHAUSTED, {
      reason: "TOO_MANY_WATCHES",
      retryAfterMs: 2_000,
    });
    const fake = await service(sequence((stream) => fail(stream, full), again));
    const held = createManualTiming();
    const states = statesOf(clientOn(fake.address, held.timing));
    await Promise.race([states, held.paused()]);
    expect(held.pauses[0]).toBeGreaterThanOrEqual(2_000);
    await held.pass();
    expect(await states).toEqual([EXPIRED]);
  });

  test("after an OK end before a terminal state", async () => {
    const fake = await service(
      sequence((stream) => {
        send(stream, statusIn(AUTHORIZED));
        stream.end();
      }, again),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([AUTHORIZED, EXPIRED]);
  });

  test("after its connection was cut", async () => {
    const fake = await service(sequence((stream) => send(stream, statusIn(PENDING)), again));
    const wire = await startTcpProxy(fake.port);
    later(wire.stop);
    const states: number[] = [];
    for await (const { state } of clientOn(wire.address).watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) wire.cut();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("after its connection went dead without a word", async () => {
    const fake = await service(sequence((stream) => send(stream, statusIn(PENDING)), again));
    const wire = await startTcpProxy(fake.port);
    later(wire.stop);
    const impatient = { "grpc.keepalive_time_ms": 20, "grpc.keepalive_timeout_ms": 5_000 };
    const client = clientOn(wire.address, createImmediateTiming(), { channelOptions: impatient });
    const states: number[] = [];
    for await (const { state } of client.watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) wire.deaden();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("after a CANCELLED or DEADLINE_EXCEEDED that the service gave no reason for", async () => {
    const fake = await service(
      sequence(
        (stream) =>
          fail(stream, Object.assign(createServiceError(status.CANCELLED), { metadata: undefined })),
        (stream) =>
          fail(stream, Object.assign(createServiceError(status.DEADLINE_EXCEEDED), { metadata: undefined })),
        again,
      ),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
  });

  test("to a server that was restarted on the same port in mid-watch", async () => {
    const first = await service({ watchStatus: (stream) => send(stream, statusIn(PENDING)) });
    const held = createManualTiming();
    const client = clientOn(first.address, held.timing);
    const statuses = iterate(client);
    expect((await nextOf(statuses)).state).toBe(PENDING);
    const next = nextOf(statuses);
    first.stop();
    // Cut, and then refused while nobody listens.
    await held.pass();
    await held.paused();
    const second = await service({ watchStatus: (stream) => send(stream, statusIn(AUTHORIZED)) }, first.port);
    const letting = setInterval(() => held.pending.shift()?.callback(), 10);
    later(() => clearInterval(letting));
    expect((await next).state).toBe(AUTHORIZED);
    expect(second.watches).toHaveLength(1);
    await statuses.return?.();
  });
});

describe("a watch does not reconnect", () => {
  const final: [status, string][] = [
    [status.ABORTED, "WATCH_SUPERSEDED"],
    [status.NOT_FOUND, "TICKET_NOT_FOUND"],
    [status.UNAUTHENTICATED, "APP_UNAUTHENTICATED"],
    [status.INVALID_ARGUMENT, "INVALID_REQUEST"],
    [status.RESOURCE_EXHAUSTED, "RATE_LIMITED"],
    [status.UNAVAILABLE, "OUTCOME_UNKNOWN"],
    [status.INTERNAL, "INTERNAL"],
    [status.CANCELLED, "INTERNAL"],
  ];
  test.each(final)("after code %i with the reason %s, which it throws", async (code, reason) => {
    const fake = await service(
      sequence((stream) => {
        send(stream, statusIn(PENDING));
        fail(stream, createServiceError(code, { reason, retryAfterMs: 1 }));
      }),
    );
    const held = createManualTiming();
    await expect(statesOf(clientOn(fake.address, held.timing))).rejects.toMatchObject({
      name: "QrLoginError",
      code,
      reason,
    });
    expect(fake.watches).toHaveLength(1);
    expect(held.pauses).toEqual([]);
  });

  test("after a message that it cannot read", async () => {
    const fake = await service({
      watchStatus: (stream) =>
        fail(stream, Object.assign(createServiceError(status.INTERNAL), { metadata: undefined })),
    });
    await expect(statesOf(clientOn(fake.address))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(fake.watches).toHaveLength(1);
  });
});
