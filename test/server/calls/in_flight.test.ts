import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { TicketError } from "../../../src/domain/ticket_error.js";
import { type CallKind, createInFlightCalls } from "../../../src/server/calls/in_flight.js";
import { flushPromises } from "../../support/clock.js";

const draining = new TicketError("SERVER_DRAINING");
const atOnce = { timeMs: 0, timer: systemClock };

/** Creates calls that are removed when they end, like real ones, and records their reasons. */
function callsIn(
  inFlight: ReturnType<typeof createInFlightCalls>,
  count: number,
  kind: CallKind = "watches",
) {
  const reasons: unknown[] = [];
  for (let index = 0; index < count; index++) {
    const call = {
      end(reason: TicketError) {
        reasons.push(reason);
        inFlight.remove(link);
      },
    };
    const link = inFlight.add(call, kind);
  }
  return reasons;
}

describe("stopping the watches and calls in progress", () => {
  it("ends tens of thousands of watches in slices, with other work in between", async () => {
    const inFlight = createInFlightCalls();
    const reasons = callsIn(inFlight, 40_000);
    let others = 0;
    let isOver = false;
    const over = inFlight.whenIdle().then(() => {
      isOver = true;
    });
    void inFlight.stop(draining, atOnce);
    for (let before = 0; !isOver; before = reasons.length) {
      expect(reasons.length - before).toBeLessThanOrEqual(500);
      await flushPromises();
      others += 1;
    }
    await over;
    expect(others).toBeGreaterThan(40_000 / 500);
    expect(reasons).toHaveLength(40_000);
    expect(new Set(reasons)).toEqual(new Set([draining]));
  });

  it("also ends a call that was added while the others were being ended", async () => {
    const inFlight = createInFlightCalls();
    callsIn(inFlight, 1_000);
    void inFlight.stop(draining, atOnce);
    const late = callsIn(inFlight, 1);
    await inFlight.whenIdle();
    expect(late).toEqual([draining]);
  });

  it("has a stop reason from the stop on", () => {
    const inFlight = createInFlightCalls();
    expect(inFlight.stopReason).toBeUndefined();
    void inFlight.stop(draining, atOnce);
    expect(inFlight.stopReason).toBe(draining);
  });

  it("does not end unary calls before endCalls", async () => {
    const inFlight = createInFlightCalls();
    const watches = callsIn(inFlight, 1);
    const calls = callsIn(inFlight, 300, "calls");
    void inFlight.stop(draining, atOnce);
    await flushPromises();
    expect([watches, calls]).toEqual([[draining], []]);
    inFlight.endCalls();
    await inFlight.whenIdle();
    expect(calls).toHaveLength(300);
    expect(new Set(calls)).toEqual(new Set([draining]));
  });

  it("stays busy until calls that take long have ended", async () => {
    const inFlight = createInFlightCalls();
    const stubborn = inFlight.add({ end: () => {} }, "watches");
    void inFlight.stop(draining, atOnce);
    let isOver = false;
    const over = inFlight.whenIdle().then(() => {
      isOver = true;
    });
    await flushPromises();
    expect(isOver).toBe(false);
    inFlight.remove(stubborn);
    await over;
  });
});
