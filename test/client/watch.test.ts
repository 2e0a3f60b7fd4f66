import { getEventListeners } from "node:events";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTimedAppClient } from "../../src/client/app_client.js";
import { type AppClient, TicketState, type TicketStatus, type WatchOptions } from "../../src/client/index.js";
import type { Timing } from "../../src/client/timing.js";
import {
  type Answers,
  fail,
  refusal,
  send,
  startFakeService,
  statusIn,
  type WatchStream,
} from "./fake_service.js";
import { hastyTiming, heldTiming } from "./held_timing.js";
import { startWire } from "./wire.js";

const { PENDING, SCANNED, AUTHORIZED, EXCHANGED, CANCELLED, EXPIRED } = TicketState;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function service(answers: Answers, port = 0) {
  const fake = await startFakeService(answers, port);
  cleanups.push(fake.stop);
  return fake;
}

function clientOn(address: string, timing: Timing = hastyTiming(), more: object = {}) {
  const client = createTimedAppClient({ address, appId: "shop", appSecret: "s", ...more }, timing);
  cleanups.push(client.close);
  return client;
}

const ticket = { ticketId: "t", ticketSecret: "s" };

async function statesOf(client: AppClient, options: WatchOptions = {}) {
  const states: number[] = [];
  for await (const each of client.watchStatus(ticket, options)) states.push(each.state);
  return states;
}

/** Answers the first watch with the first script, the second with the second, and so on. */
function scripts(...each: ((stream: WatchStream) => void)[]): Answers {
  let next = 0;
  return { watchStatus: (stream) => each[next++]?.(stream) };
}

function iterate(client: AppClient, options: WatchOptions = {}) {
  return client.watchStatus(ticket, options)[Symbol.asyncIterator]();
}

async function nextOf(statuses: AsyncIterator<TicketStatus>) {
  return (await statuses.next()).value as TicketStatus;
}

describe("a watch", () => {
  test.each([EXCHANGED, CANCELLED, EXPIRED])(
    "yields what changes and ends after terminal state %i",
    async (end) => {
      const fake = await service({ watchStatus: (stream) => send(stream, statusIn(PENDING)) });
      const states: number[] = [];
      for await (const { state } of clientOn(fake.address).watchStatus(ticket)) {
        states.push(state);
        if (state === PENDING) send(fake.watches[0], statusIn(end));
      }
      expect(states).toEqual([PENDING, end]);
      expect(fake.watches).toHaveLength(1);
      expect(fake.watches[0]?.request).toEqual(ticket);
    },
  );

  test("leaves out what says nothing new, even over a reconnect", async () => {
    const seconds = (n: number) => ({ remainingDuration: { seconds: n, nanos: 0 } });
    const fake = await service(
      scripts(
        (stream) => {
          send(stream, statusIn(PENDING, seconds(9)), statusIn(PENDING, seconds(8)));
          stream.end();
        },
        (stream) => send(stream, statusIn(PENDING, seconds(7))),
      ),
    );
    const statuses = iterate(clientOn(fake.address));
    expect((await nextOf(statuses)).state).toBe(PENDING);
    const next = nextOf(statuses);
    await vi.waitFor(() => expect(fake.watches).toHaveLength(2));
    send(fake.watches[1], statusIn(PENDING, seconds(6)), statusIn(SCANNED, seconds(5)));
    expect(await next).toMatchObject({ state: SCANNED, remainingDuration: { seconds: 5 } });
    await statuses.return?.();
  });

  test("yields a change of anything but the remaining duration", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    const first = nextOf(statuses);
    await vi.waitFor(() => expect(fake.watches).toHaveLength(1));
    send(fake.watches[0], statusIn(SCANNED, { expireTime: new Date(1_000) }));
    await first;
    const second = nextOf(statuses);
    send(fake.watches[0], statusIn(SCANNED, { expireTime: new Date(2_000) }));
    expect((await second).expireTime).toEqual(new Date(2_000));
    await statuses.return?.();
  });

  test("with heartbeats yields the same status again", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address), { heartbeats: true });
    for (let beat = 0; beat < 3; beat += 1) {
      const next = nextOf(statuses);
      await vi.waitFor(() => expect(fake.watches).toHaveLength(1));
      send(fake.watches[0], statusIn(PENDING));
      expect((await next).state).toBe(PENDING);
    }
    await statuses.return?.();
  });

  test("takes a state that it does not know for one that is not terminal", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    for (const state of [99, EXPIRED]) {
      const next = nextOf(statuses);
      await vi.waitFor(() => expect(fake.watches).toHaveLength(1));
      send(fake.watches[0], statusIn(state));
      expect((await next).state).toBe(state);
    }
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("leads a slow reader to the end without a word about most of what came before", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    const first = nextOf(statuses);
    await vi.waitFor(() => expect(fake.watches).toHaveLength(1));
    send(fake.watches[0], statusIn(PENDING));
    await first;
    const many = Array.from({ length: 5_000 }, (_, index) => statusIn(PENDING, { revision: index + 10 }));
    send(fake.watches[0], ...many, statusIn(CANCELLED));
    await vi.waitFor(() => expect(fake.watches[0]?.destroyed).toBe(true));
    const read: TicketStatus[] = [];
    for (let next = await statuses.next(); !next.done; next = await statuses.next()) read.push(next.value);
    expect(read.at(-1)?.state).toBe(CANCELLED);
    expect(read.length).toBeLessThan(many.length / 10);
  });

  test("that meets a message without a status throws INTERNAL", async () => {
    const fake = await service({ watchStatus: (stream) => stream.write({ status: undefined }) });
    await expect(statesOf(clientOn(fake.address))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(fake.watches).toHaveLength(1);
  });

  test("runs on a connection of its own, which is made when the first watch begins", async () => {
    const fake = await service({
      getStatus: () => ({}),
      watchStatus: (stream) => send(stream, statusIn(EXPIRED)),
    });
    const wire = await startWire(fake.port);
    cleanups.push(wire.stop);
    const client = clientOn(wire.address);
    await client.getStatus(ticket);
    client.watchStatus(ticket);
    expect(wire.opened()).toBe(1);
    await statesOf(client);
    await statesOf(client);
    expect(wire.opened()).toBe(2);
  });

  test("can be iterated twice, each time with a call of its own", async () => {
    const fake = await service({ watchStatus: (stream) => send(stream, statusIn(EXPIRED)) });
    const statuses = clientOn(fake.address).watchStatus(ticket);
    for (let round = 1; round <= 2; round += 1) {
      for await (const each of statuses) expect(each.state).toBe(EXPIRED);
      expect(fake.watches).toHaveLength(round);
    }
  });
});

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
    cleanups.push(wire.stop);
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
    cleanups.push(wire.stop);
    const impatient = { "grpc.keepalive_time_ms": 20, "grpc.keepalive_timeout_ms": 200 };
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
    cleanups.push(() => clearInterval(letting));
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

describe("the pauses of a watch", () => {
  const down = (retryAfterMs?: number) => (stream: WatchStream) =>
    fail(
      stream,
      refusal(status.UNAVAILABLE, {
        reason: "STORE_UNAVAILABLE",
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      }),
    );

  test("double from 100 milliseconds to 5 seconds", async () => {
    const fake = await service({ watchStatus: down() });
    const held = heldTiming(0.999_999);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    for (let round = 0; round < 8; round += 1) await held.pass();
    await held.paused();
    expect(held.pauses.map(Math.round)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  test.each([
    [0, [0, 0, 0]],
    [0.25, [25, 50, 100]],
  ])("lie anywhere between nothing and the limit: dice at %d", async (dice, expected) => {
    const fake = await service({ watchStatus: down() });
    const held = heldTiming(dice);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual(expected);
  });

  test("begin anew after a message", async () => {
    const fake = await service(
      scripts(down(), down(), (stream) => {
        send(stream, statusIn(PENDING));
        stream.end();
      }),
    );
    const held = heldTiming();
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual([50, 100, 50]);
  });

  test("are never shorter than the service asks", async () => {
    const fake = await service(scripts(down(2_500), down(2_500), down()));
    const held = heldTiming(0);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual([2_500, 2_500, 0]);
  });

  test("and the attempts between them leave nothing behind, however many there are", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    cleanups.push(() => process.off("warning", onWarning));
    const fake = await service({ watchStatus: down() });
    const held = heldTiming();
    const { signal } = new AbortController();
    const statuses = iterate(clientOn(fake.address, held.timing), { signal });
    const waiting = statuses.next();
    for (let round = 0; round < 30; round += 1) await held.pass();
    await held.paused();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await statuses.return?.();
    await waiting;
    expect(held.pending).toEqual([]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    // Node.js warns about the eleventh listener on one signal.
    expect(warnings).toEqual([]);
  });

  test("can be set", async () => {
    const fake = await service({ watchStatus: down() });
    const held = heldTiming();
    const client = clientOn(fake.address, held.timing);
    statesOf(client, { backoff: { baseMs: 10, capMs: 20 } }).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual([5, 10, 10]);
    await expect(statesOf(client, { backoff: { baseMs: 0 } })).rejects.toThrow(RangeError);
  });
});

describe("the end of a watch", () => {
  async function pending(timing?: Timing) {
    const cancelled: number[] = [];
    const fake = await service({
      watchStatus: (stream) => {
        stream.on("cancelled", () => cancelled.push(1));
        send(stream, statusIn(PENDING));
      },
    });
    return { fake, cancelled, client: clientOn(fake.address, timing) };
  }

  test("by leaving the loop cancels the call at the server and leaves no listener", async () => {
    const { client, cancelled } = await pending();
    const { signal } = new AbortController();
    for await (const each of client.watchStatus(ticket, { signal })) {
      expect(each.state).toBe(PENDING);
      break;
    }
    await vi.waitFor(() => expect(cancelled).toHaveLength(1));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("by return while the next status is awaited comes at once", async () => {
    const { client, cancelled } = await pending();
    const statuses = iterate(client);
    await statuses.next();
    const waiting = statuses.next();
    expect(await statuses.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    await vi.waitFor(() => expect(cancelled).toHaveLength(1));
  });

  test("by abort while waiting throws the reason and cancels the call at the server", async () => {
    const { client, cancelled } = await pending();
    const abort = new AbortController();
    const reason = new Error("the browser went away");
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    const waiting = statuses.next();
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await vi.waitFor(() => expect(cancelled).toHaveLength(1));
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("by abort cancels the call at the server though the reader is busy elsewhere", async () => {
    const { client, cancelled } = await pending();
    const abort = new AbortController();
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    abort.abort();
    await vi.waitFor(() => expect(cancelled).toHaveLength(1));
    await expect(statuses.next()).rejects.toBe(abort.signal.reason);
  });

  test("by abort with a reason that looks like a cut is no cut", async () => {
    const { client, fake } = await pending();
    const abort = new AbortController();
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    const { QrLoginError } = await import("../../src/client/index.js");
    const reason = new QrLoginError(status.UNAVAILABLE, "the caller's own");
    abort.abort(reason);
    await expect(statuses.next()).rejects.toBe(reason);
    expect(fake.watches).toHaveLength(1);
  });

  test("by abort in a pause leaves no timer and no listener", async () => {
    const fake = await service({ watchStatus: (stream) => fail(stream, refusal(status.UNAVAILABLE)) });
    const held = heldTiming();
    const abort = new AbortController();
    const states = statesOf(clientOn(fake.address, held.timing), { signal: abort.signal });
    states.catch(() => {});
    await held.paused();
    abort.abort();
    await expect(states).rejects.toBe(abort.signal.reason);
    expect(held.pending).toEqual([]);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
    expect(fake.watches).toHaveLength(1);
  });

  test("before its beginning calls nobody", async () => {
    const { client, fake } = await pending();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(statesOf(client, { signal })).rejects.toBe(signal.reason);
    const unread = iterate(client);
    await unread.return?.();
    expect(await unread.next()).toEqual({ done: true, value: undefined });
    expect(fake.watches).toHaveLength(0);
  });

  test("by a terminal state leaves nothing though neither the server nor the reader goes on", async () => {
    let cancelled = false;
    const fake = await service({
      watchStatus: (stream) => {
        stream.on("cancelled", () => {
          cancelled = true;
        });
        stream.write({ status: statusIn(EXCHANGED) });
      },
    });
    const { signal } = new AbortController();
    const statuses = iterate(clientOn(fake.address), { signal });
    expect((await nextOf(statuses)).state).toBe(EXCHANGED);
    await vi.waitFor(() => expect(cancelled).toBe(true));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("by closing the client throws CANCELLED, and leaves no connection", async () => {
    const { fake } = await pending();
    const wire = await startWire(fake.port);
    cleanups.push(wire.stop);
    const client = clientOn(wire.address);
    const statuses = iterate(client);
    await statuses.next();
    const waiting = statuses.next();
    client.close();
    await expect(waiting).rejects.toMatchObject({ name: "QrLoginError", code: status.CANCELLED });
    await vi.waitFor(() => expect(wire.open()).toBe(0));
    await expect(iterate(client).next()).rejects.toMatchObject({ code: status.CANCELLED });
  });
});
