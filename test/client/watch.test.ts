import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { TicketState, type TicketStatus } from "../../src/client/index.js";
import { eventually } from "../support/eventually.js";
import { send, statusIn } from "./fake_service.js";
import { startTcpProxy } from "./tcp_proxy.js";
import { createFixture, iterate, nextOf, sequence, statesOf, ticket } from "./watch_fixture.js";

const { PENDING, SCANNED, EXCHANGED, CANCELLED, EXPIRED } = TicketState;
const { clear, clientOn, later, service } = createFixture();
afterEach(clear);

describe("a watch", () => {
  test.each([EXCHANGED, CANCELLED, EXPIRED])(
    "a watch yields changes and ends after terminal state %i",
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

  test("a watch leaves out unchanged statuses, even after a reconnection", async () => {
    const seconds = (n: number) => ({ remainingDuration: { seconds: n, nanos: 0 } });
    const fake = await service(
      sequence(
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
    await eventually(() => expect(fake.watches).toHaveLength(2));
    send(fake.watches[1], statusIn(PENDING, seconds(6)), statusIn(SCANNED, seconds(5)));
    expect(await next).toMatchObject({ state: SCANNED, remainingDuration: { seconds: 5 } });
    await statuses.return?.();
  });

  test("a watch yields each step of a changing code, and leaves out its repetitions", async () => {
    const stepOf = (number: number, seconds: number) => ({
      qrCodeStep: { number, qrContent: `step ${number}`, remainingDuration: { seconds, nanos: 0 } },
    });
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    const first = nextOf(statuses);
    await eventually(() => expect(fake.watches).toHaveLength(1));
    send(fake.watches[0], statusIn(PENDING, stepOf(1, 9)));
    expect((await first).qrCodeStep?.number).toBe(1);
    const second = nextOf(statuses);
    send(fake.watches[0], statusIn(PENDING, stepOf(1, 8)), statusIn(PENDING, stepOf(2, 10)));
    expect((await second).qrCodeStep).toEqual(stepOf(2, 10).qrCodeStep);
    const third = nextOf(statuses);
    send(fake.watches[0], statusIn(PENDING, stepOf(2, 4)), statusIn(SCANNED));
    expect(await third).toMatchObject({ state: SCANNED, qrCodeStep: undefined });
    await statuses.return?.();
  });

  test("a watch yields a change of any field but the remaining duration", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    const first = nextOf(statuses);
    await eventually(() => expect(fake.watches).toHaveLength(1));
    send(fake.watches[0], statusIn(SCANNED, { expireTime: new Date(1_000) }));
    await first;
    const second = nextOf(statuses);
    send(fake.watches[0], statusIn(SCANNED, { expireTime: new Date(2_000) }));
    expect((await second).expireTime).toEqual(new Date(2_000));
    await statuses.return?.();
  });

  test("a watch with heartbeats yields unchanged statuses", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address), { heartbeats: true });
    for (let beat = 0; beat < 3; beat += 1) {
      const next = nextOf(statuses);
      await eventually(() => expect(fake.watches).toHaveLength(1));
      send(fake.watches[0], statusIn(PENDING));
      expect((await next).state).toBe(PENDING);
    }
    await statuses.return?.();
  });

  test("a watch treats an unknown state as not terminal", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    for (const state of [99, EXPIRED]) {
      const next = nextOf(statuses);
      await eventually(() => expect(fake.watches).toHaveLength(1));
      send(fake.watches[0], statusIn(state));
      expect((await next).state).toBe(state);
    }
    expect(await statuses.next()).toEqual({ done: true, value: undefined });
  });

  test("a slow reader gets the last status, even if it misses others", async () => {
    const fake = await service({});
    const statuses = iterate(clientOn(fake.address));
    const first = nextOf(statuses);
    await eventually(() => expect(fake.watches).toHaveLength(1));
    send(fake.watches[0], statusIn(PENDING));
    await first;
    const many = Array.from({ length: 5_000 }, (_, index) => statusIn(PENDING, { revision: index + 10 }));
    send(fake.watches[0], ...many, statusIn(CANCELLED));
    const read: TicketStatus[] = [];
    for (let next = await statuses.next(); !next.done; next = await statuses.next()) read.push(next.value);
    expect(read.at(-1)?.state).toBe(CANCELLED);
  });

  test("a message without a status makes a watch throw INTERNAL", async () => {
    const fake = await service({ watchStatus: (stream) => stream.write({ status: undefined }) });
    await expect(statesOf(clientOn(fake.address))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(fake.watches).toHaveLength(1);
  });

  test("watches use a separate connection, which opens with the first watch", async () => {
    const fake = await service({
      getStatus: () => ({}),
      watchStatus: (stream) => send(stream, statusIn(EXPIRED)),
    });
    const proxy = await startTcpProxy(fake.port);
    later(proxy.stop);
    const client = clientOn(proxy.address);
    await client.getStatus(ticket);
    client.watchStatus(ticket);
    expect(proxy.opened()).toBe(1);
    await statesOf(client);
    await statesOf(client);
    expect(proxy.opened()).toBe(2);
  });

  test("a watch can be iterated twice, with a separate call each time", async () => {
    const fake = await service({ watchStatus: (stream) => send(stream, statusIn(EXPIRED)) });
    const statuses = clientOn(fake.address).watchStatus(ticket);
    for (let round = 1; round <= 2; round += 1) {
      for await (const each of statuses) expect(each.state).toBe(EXPIRED);
      expect(fake.watches).toHaveLength(round);
    }
  });
});
