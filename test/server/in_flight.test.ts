import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.js";
import { createInFlight, type InFlightKind } from "../../src/server/in_flight.js";
import { settle } from "../support/clock.js";

const draining = new Refusal("SERVER_DRAINING");

/** Calls that leave when they are ended, as calls do, and the reasons that they were given. */
function callsIn(inFlight: ReturnType<typeof createInFlight>, count: number, kind: InFlightKind = "watches") {
  const reasons: unknown[] = [];
  for (let index = 0; index < count; index++) {
    const call = {
      end(reason: Refusal) {
        reasons.push(reason);
        inFlight.delete(call);
      },
    };
    inFlight.add(call, kind);
  }
  return reasons;
}

describe("stopping the watches and calls in progress", () => {
  it("ends tens of thousands of them in slices, and other work runs in between", async () => {
    const inFlight = createInFlight();
    const reasons = callsIn(inFlight, 40_000);
    let others = 0;
    let isOver = false;
    const over = inFlight.none().then(() => {
      isOver = true;
    });
    inFlight.stop(draining);
    for (let before = 0; !isOver; before = reasons.length) {
      expect(reasons.length - before).toBeLessThanOrEqual(500);
      await settle();
      others += 1;
    }
    await over;
    expect(others).toBeGreaterThan(40_000 / 500);
    expect(reasons).toHaveLength(40_000);
    expect(new Set(reasons)).toEqual(new Set([draining]));
  });

  it("also ends a call that came while the others were being ended", async () => {
    const inFlight = createInFlight();
    callsIn(inFlight, 1_000);
    inFlight.stop(draining);
    const late = callsIn(inFlight, 1);
    await inFlight.none();
    expect(late).toEqual([draining]);
  });

  it("says why no further call is served, from the stop on", () => {
    const inFlight = createInFlight();
    expect(inFlight.stopReason).toBeUndefined();
    inFlight.stop(draining);
    expect(inFlight.stopReason).toBe(draining);
  });

  it("leaves calls that are no watches alone until it is told to end them", async () => {
    const inFlight = createInFlight();
    const watches = callsIn(inFlight, 1);
    const calls = callsIn(inFlight, 300, "calls");
    inFlight.stop(draining);
    await settle();
    expect([watches, calls]).toEqual([[draining], []]);
    inFlight.endCalls();
    await inFlight.none();
    expect(calls).toHaveLength(300);
    expect(new Set(calls)).toEqual(new Set([draining]));
  });

  it("waits for calls that do not end", async () => {
    const inFlight = createInFlight();
    const stubborn = { end: () => {} };
    inFlight.add(stubborn, "watches");
    inFlight.stop(draining);
    let isOver = false;
    const over = inFlight.none().then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    inFlight.delete(stubborn);
    await over;
  });
});
