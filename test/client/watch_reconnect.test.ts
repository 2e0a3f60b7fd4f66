import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { TicketState } from "../../src/client/index.js";
import { fail, refusal, send, statusIn, type WatchStream } from "./fake_service.js";
import { hastyTiming, heldTiming } from "./held_timing.js";
import { iterate, nextOf, scripts, stage, statesOf, ticket } from "./watching.js";
import { startWire } from "./wire.js";

const { PENDING, AUTHORIZED, EXPIRED } = TicketState;
const { clear, clientOn, later, service } = stage();
afterEach(clear);

describe("a watch reconnects", () => {
  const again = (stream: WatchStream) => send(stream, statusIn(EXPIRED));

  test.each(["STORE_UNAVAILABLE", "SERVER_DRAINING", "A_REASON_OF_TOMORROW"])(
    "after UNAVAILABLE with the reason %s",
    async (reason) => {
      const fake = await service(
        scripts((stream) => fail(stream, refusal(status.UNAVAILABLE, { reason })), again),
      );
      expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
    },
  );

  test("after TOO_MANY_WATCHES, once the time that the service asked for is over", async () => {
    const full = refusal(status.RESOURCE_EXHAUSTED, { reason: "TOO_MANY_WATCHES", retryAfterMs: 2_000 });
    const fake = await service(scripts((stream) => fail(stream, full), again));
    const held = heldTiming();
    const states = statesOf(clientOn(fake.address, held.timing));
    await Promise.race([states, held.paused()]);
    expect(held.pauses[0]).toBeGreaterThanOrEqual(2_000);
    await held.pass();
    expect(await states).toEqual([EXPIRED]);
  });

  test("after an OK end before a terminal state", async () => {
    const fake = await service(
      scripts((stream) => {
        send(stream, statusIn(AUTHORIZED));
        stream.end();
      }, again),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([AUTHORIZED, EXPIRED]);
  });

  test("after its connection was cut", async () => {
    const fake = await service(scripts((stream) => send(stream, statusIn(PENDING)), again));
    const wire = await startWire(fake.port);
    later(wire.stop);
    const states: number[] = [];
    for await (const { state } of clientOn(wire.address).watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) wire.cut();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("after its connection went dead without a word", async () => {
    const fake = await service(scripts((stream) => send(stream, statusIn(PENDING)), again));
    const wire = await startWire(fake.port);
    later(wire.stop);
    const impatient = { "grpc.keepalive_time_ms": 20, "grpc.keepalive_timeout_ms": 5_000 };
    const client = clientOn(wire.address, hastyTiming(), { channelOptions: impatient });
    const states: number[] = [];
    for await (const { state } of client.watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) wire.deaden();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("after a CANCELLED or DEADLINE_EXCEEDED that the service gave no reason for", async () => {
    const fake = await service(
      scripts(
        (stream) => fail(stream, Object.assign(refusal(status.CANCELLED), { metadata: undefined })),
        (stream) => fail(stream, Object.assign(refusal(status.DEADLINE_EXCEEDED), { metadata: undefined })),
        again,
      ),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
  });

  test("to a server that was restarted on the same port in mid-watch", async () => {
    const first = await service({ watchStatus: (stream) => send(stream, statusIn(PENDING)) });
    const held = heldTiming();
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
      scripts((stream) => {
        send(stream, statusIn(PENDING));
        fail(stream, refusal(code, { reason, retryAfterMs: 1 }));
      }),
    );
    const held = heldTiming();
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
      watchStatus: (stream) => fail(stream, Object.assign(refusal(status.INTERNAL), { metadata: undefined })),
    });
    await expect(statesOf(clientOn(fake.address))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(fake.watches).toHaveLength(1);
  });
});
