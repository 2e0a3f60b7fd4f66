import { getEventListeners } from "node:events";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { TicketState } from "../../src/client/index.js";
import { eventually } from "../support/eventually.js";
import { createServiceError, fail, send, statusIn, type WatchStream } from "./fake_service.js";
import { createManualTiming } from "./manual_timing.js";
import { createFixture, iterate, sequence, statesOf } from "./watch_fixture.js";

const { PENDING } = TicketState;
const { clear, clientOn, later, service } = createFixture();
afterEach(clear);

describe("the pauses of a watch", () => {
  const down = (retryAfterMs?: number) => (stream: WatchStream) =>
    fail(
      stream,
      createServiceError(status.UNAVAILABLE, {
        reason: "STORE_UNAVAILABLE",
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      }),
    );

  test("the pauses double from 100 milliseconds to 5 seconds", async () => {
    const fake = await service({ watchStatus: down() });
    const held = createManualTiming(0.999_999);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    for (let round = 0; round < 8; round += 1) await held.pass();
    await held.paused();
    expect(held.pauses.map(Math.round)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  test.each([
    [0, [0, 0, 0]],
    [0.25, [25, 50, 100]],
  ])("a pause is random between zero and the limit: random number %d", async (random, expected) => {
    const fake = await service({ watchStatus: down() });
    const held = createManualTiming(random);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual(expected);
  });

  const brief = (stream: WatchStream) => {
    send(stream, statusIn(PENDING));
    stream.end();
  };

  test.each<[string, (stream: WatchStream) => void]>([
    ["ends with OK", brief],
    [
      "is cut",
      (stream) => {
        send(stream, statusIn(PENDING));
        down()(stream);
      },
    ],
  ])("the pauses go on growing if every stream %s after one status", async (_how, script) => {
    const fake = await service({ watchStatus: script });
    const held = createManualTiming(0.999_999);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    for (let round = 0; round < 7; round += 1) {
      await held.paused();
      held.advance(4_999);
      await held.pass();
    }
    await held.paused();
    expect(held.pauses.map(Math.round)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test.each([
    [5_000, [50, 100, 50]],
    [4_999, [50, 100, 200]],
  ])("after a stream of %d milliseconds the pauses are %j", async (lifeMs, expected) => {
    const fake = await service(sequence(down(), down(), (stream) => send(stream, statusIn(PENDING)), down()));
    const held = createManualTiming();
    const statuses = iterate(clientOn(fake.address, held.timing));
    const first = statuses.next();
    await held.pass();
    await held.pass();
    await first;
    held.advance(lifeMs);
    fake.watches.at(-1)?.end();
    statuses.next().catch(() => {});
    await held.paused();
    expect(held.pauses).toEqual(expected);
  });

  test("the pauses do not restart after a stream without a status, however long it was open", async () => {
    const fake = await service(sequence(down(), down(), () => {}));
    const held = createManualTiming();
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await eventually(() => expect(fake.watches).toHaveLength(3));
    held.advance(60_000);
    fake.watches[2]?.end();
    await held.paused();
    expect(held.pauses).toEqual([50, 100, 200]);
  });

  test("the pauses are never shorter than the service asks", async () => {
    const fake = await service(sequence(down(2_500), down(2_500), down()));
    const held = createManualTiming(0);
    statesOf(clientOn(fake.address, held.timing)).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual([2_500, 2_500, 0]);
  });

  test("any number of pauses and attempts leaves nothing behind", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    later(() => process.off("warning", onWarning));
    const fake = await service({ watchStatus: down() });
    const held = createManualTiming();
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

  test("the limits of the pauses are options", async () => {
    const fake = await service({ watchStatus: down() });
    const held = createManualTiming();
    const client = clientOn(fake.address, held.timing);
    statesOf(client, { backoff: { initialMs: 10, maxMs: 20 } }).catch(() => {});
    await held.pass();
    await held.pass();
    await held.paused();
    expect(held.pauses).toEqual([5, 10, 10]);
    await expect(statesOf(client, { backoff: { initialMs: 0 } })).rejects.toThrow(RangeError);
  });
});
