import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { createInFlight } from "../../src/client/in_flight.js";

describe("calls that share a signal of the caller", () => {
  test("have one listener on it, and none once all of them are over", () => {
    const inFlight = createInFlight();
    const { signal } = new AbortController();
    const leaves = Array.from({ length: 1_000 }, () => inFlight.add(signal, () => {}));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    leaves.pop()?.();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const leave of leaves) leave();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("are each stopped once, with the reason of the signal", () => {
    const inFlight = createInFlight();
    const controller = new AbortController();
    const reasons: unknown[] = [];
    for (let call = 0; call < 3; call++) inFlight.add(controller.signal, (reason) => reasons.push(reason));
    inFlight.add(new AbortController().signal, () => reasons.push("another signal"));
    const left = inFlight.add(controller.signal, () => reasons.push("left"));
    left();
    const reason = new Error("enough");
    controller.abort(reason);
    inFlight.close();
    expect(reasons).toEqual([reason, reason, reason, "another signal"]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});
