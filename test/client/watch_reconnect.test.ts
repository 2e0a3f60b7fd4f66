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
  const expired = (stream: WatchStream) => send(stream, statusIn(EXPIRED));

  test.each(["STORE_UNAVAILABLE", "SERVER_DRAINING", "A_REASON_OF_TOMORROW"])(
    "a watch reconnects after UNAVAILABLE with the reason %s",
    async (reason) => {
      const fake = await service(
        sequence((stream) => fail(stream, createServiceError(status.UNAVAILABLE, { reason })), expired),
      );
      expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
    },
  );

  test("a watch reconnects after TOO_MANY_WATCHES, once the requested delay is over", async () => {
    const full = createServiceError(status.RESOURCE_EXHAUSTED, {
      reason: "TOO_MANY_WATCHES",
      retryAfterMs: 2_000,
    });
    const fake = await service(sequence((stream) => fail(stream, full), expired));
    const held = createManualTiming();
    const states = statesOf(clientOn(fake.address, held.timing));
    await Promise.race([states, held.paused()]);
    expect(held.pauses[0]).toBeGreaterThanOrEqual(2_000);
    await held.pass();
    expect(await states).toEqual([EXPIRED]);
  });

  test("a watch reconnects after its stream ended with OK before a terminal state", async () => {
    const fake = await service(
      sequence((stream) => {
        send(stream, statusIn(AUTHORIZED));
        stream.end();
      }, expired),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([AUTHORIZED, EXPIRED]);
  });

  test("a watch reconnects with the secret that its app has by then", async () => {
    let appSecret = "one";
    const fake = await service(
      sequence((stream) => {
        appSecret = "two";
        fail(stream, createServiceError(status.UNAVAILABLE));
      }, expired),
    );
    const credentials = {
      appId: "shop",
      get appSecret() {
        return appSecret;
      },
    };
    const states: number[] = [];
    for await (const { state } of clientOn(fake.address).watchStatus(ticket, { credentials }))
      states.push(state);
    expect(states).toEqual([EXPIRED]);
    const sent = fake.calls.map(({ metadata }) => String(metadata.get("authorization")[0]).slice(6));
    expect(sent.map((text) => Buffer.from(text, "base64").toString())).toEqual(["shop:one", "shop:two"]);
  });

  test("a watch reconnects after its connection was reset", async () => {
    const fake = await service(sequence((stream) => send(stream, statusIn(PENDING)), expired));
    const proxy = await startTcpProxy(fake.port);
    later(proxy.stop);
    const states: number[] = [];
    for await (const { state } of clientOn(proxy.address).watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) proxy.cut();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("a watch reconnects after its connection silently stopped", async () => {
    const fake = await service(sequence((stream) => send(stream, statusIn(PENDING)), expired));
    const proxy = await startTcpProxy(fake.port);
    later(proxy.stop);
    const fastKeepalive = { "grpc.keepalive_time_ms": 20, "grpc.keepalive_timeout_ms": 5_000 };
    const client = clientOn(proxy.address, createImmediateTiming(), { channelOptions: fastKeepalive });
    const states: number[] = [];
    for await (const { state } of client.watchStatus(ticket)) {
      states.push(state);
      if (state === PENDING) proxy.deaden();
    }
    expect(states).toEqual([PENDING, EXPIRED]);
  });

  test("a watch reconnects after CANCELLED or DEADLINE_EXCEEDED without a reason", async () => {
    const fake = await service(
      sequence(
        (stream) =>
          fail(stream, Object.assign(createServiceError(status.CANCELLED), { metadata: undefined })),
        (stream) =>
          fail(stream, Object.assign(createServiceError(status.DEADLINE_EXCEEDED), { metadata: undefined })),
        expired,
      ),
    );
    expect(await statesOf(clientOn(fake.address))).toEqual([EXPIRED]);
  });

  test("a watch reconnects to a server that was restarted on the same port", async () => {
    const first = await service({ watchStatus: (stream) => send(stream, statusIn(PENDING)) });
    const held = createManualTiming();
    const client = clientOn(first.address, held.timing);
    const statuses = iterate(client);
    expect((await nextOf(statuses)).state).toBe(PENDING);
    const next = nextOf(statuses);
    first.stop();
    // First reset, then refused while no server listens.
    await held.pass();
    await held.paused();
    const second = await service({ watchStatus: (stream) => send(stream, statusIn(AUTHORIZED)) }, first.port);
    const passing = setInterval(() => held.pending.shift()?.callback(), 10);
    later(() => clearInterval(passing));
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
  test.each(final)(
    "a watch throws an error with code %i and the reason %s without reconnecting",
    async (code, reason) => {
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
    },
  );

  test("a watch throws an error for an unreadable message without reconnecting", async () => {
    const fake = await service({
      watchStatus: (stream) =>
        fail(stream, Object.assign(createServiceError(status.INTERNAL), { metadata: undefined })),
    });
    await expect(statesOf(clientOn(fake.address))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(fake.watches).toHaveLength(1);
  });
});
