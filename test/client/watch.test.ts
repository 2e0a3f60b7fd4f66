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

  test("yields a change of anything but the remaining duration", async () => {
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

  test("with heartbeats yields the same status again", async () => {
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

  test("takes a state that it does not know for one that is not terminal", async () => {
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

  test("leads a slow reader to the last status, whatever it misses in between", async () => {
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
    const wire = await startTcpProxy(fake.port);
    later(wire.stop);
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
