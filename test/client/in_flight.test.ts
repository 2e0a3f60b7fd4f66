import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { createInFlight } from "../../src/client/in_flight.js";

describe("calls that share a signal of the caller", () => {
  test("calls that share a signal have one listener on it, and none once all have ended", () => {
    const inFlight = createInFlight();
    const { signal } = new AbortController();
    const removers = Array.from({ length: 1_000 }, () => inFlight.add(signal, () => {}));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    removers.pop()?.();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const remove of removers) remove();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("every call with an aborted signal is stopped once, with the reason of the signal", () => {
    const inFlight = createInFlight();
    const controller = new AbortController();
    const reasons: unknown[] = [];
    for (let call = 0; call < 3; call++) inFlight.add(controller.signal, (reason) => reasons.push(reason));
    inFlight.add(new AbortController().signal, () => reasons.push("another signal"));
    const remove = inFlight.add(controller.signal, () => reasons.push("removed"));
    remove();
    const reason = new Error("enough");
    controller.abort(reason);
    inFlight.close();
    expect(reasons).toEqual([reason, reason, reason, "another signal"]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});
