import { getEventListeners } from "node:events";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { QrLoginError, TicketState } from "../../src/client/index.js";
import type { Timing } from "../../src/client/timing.js";
import { eventually } from "../support/eventually.js";
import { createServiceError, fail, send, statusIn } from "./fake_service.js";
import { createManualTiming } from "./manual_timing.js";
import { startTcpProxy } from "./tcp_proxy.js";
import { createFixture, iterate, nextOf, statesOf, ticket } from "./watch_fixture.js";

const { PENDING, EXCHANGED } = TicketState;
const { clear, clientOn, later, service } = createFixture();
afterEach(clear);

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

  test("leaving the loop cancels the call at the server and leaves no listener", async () => {
    const { client, cancelled } = await pending();
    const { signal } = new AbortController();
    for await (const each of client.watchStatus(ticket, { signal })) {
      expect(each.state).toBe(PENDING);
      break;
    }
    await eventually(() => expect(cancelled).toHaveLength(1));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("return ends a watch at once while the next status is awaited", async () => {
    const { client, cancelled } = await pending();
    const statuses = iterate(client);
    await statuses.next();
    const waiting = statuses.next();
    expect(await statuses.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    await eventually(() => expect(cancelled).toHaveLength(1));
  });

  test("an abort during the wait throws the reason and cancels the call at the server", async () => {
    const { client, cancelled } = await pending();
    const abort = new AbortController();
    const reason = new Error("the browser went away");
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    const waiting = statuses.next();
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await eventually(() => expect(cancelled).toHaveLength(1));
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("an abort cancels the call at the server even if the reader is busy", async () => {
    const { client, cancelled } = await pending();
    const abort = new AbortController();
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    abort.abort();
    await eventually(() => expect(cancelled).toHaveLength(1));
    await expect(statuses.next()).rejects.toBe(abort.signal.reason);
  });

  test("an abort with a reason that looks like a broken connection does not reconnect", async () => {
    const { client, fake } = await pending();
    const abort = new AbortController();
    const statuses = iterate(client, { signal: abort.signal });
    await statuses.next();
    const reason = new QrLoginError(status.UNAVAILABLE, "the caller's own");
    abort.abort(reason);
    await expect(statuses.next()).rejects.toBe(reason);
    expect(fake.watches).toHaveLength(1);
  });

  test("an abort during a pause leaves no timer and no listener", async () => {
    const fake = await service({
      watchStatus: (stream) => fail(stream, createServiceError(status.UNAVAILABLE)),
    });
    const held = createManualTiming();
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

  test("a watch that ends before it begins makes no call", async () => {
    const { client, fake } = await pending();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(statesOf(client, { signal })).rejects.toBe(signal.reason);
    const unread = iterate(client);
    await unread.return?.();
    expect(await unread.next()).toEqual({ done: true, value: undefined });
    expect(fake.watches).toHaveLength(0);
  });

  test("a terminal state ends the call even if neither the server nor the reader goes on", async () => {
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
    await eventually(() => expect(cancelled).toBe(true));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("closing the client makes its watches throw CANCELLED and leaves no connection", async () => {
    const { fake } = await pending();
    const proxy = await startTcpProxy(fake.port);
    later(proxy.stop);
    const client = clientOn(proxy.address);
    const statuses = iterate(client);
    await statuses.next();
    const waiting = statuses.next();
    client.close();
    await expect(waiting).rejects.toMatchObject({ name: "QrLoginError", code: status.CANCELLED });
    await eventually(() => expect(proxy.open()).toBe(0));
    await expect(iterate(client).next()).rejects.toMatchObject({ code: status.CANCELLED });
  });
});
