import { EventEmitter, getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  createRunningCall,
  type RunningCall,
  type ServerCall,
} from "../../../src/server/calls/running_call.js";

function setUp() {
  const emitter = Object.assign(new EventEmitter(), { cancelled: false });
  const running = createRunningCall(emitter as unknown as ServerCall);
  const cancel = () => {
    emitter.cancelled = true;
    emitter.emit("cancelled");
  };
  return { running, cancel, listeners: () => emitter.listenerCount("cancelled") };
}

const reasonsOf = (running: RunningCall): unknown[] => {
  const reasons: unknown[] = [];
  running.onEnd((reason) => reasons.push(reason));
  return reasons;
};

describe("a running call", () => {
  it("listens to its call only between the first listener and the release", () => {
    const { running, listeners } = setUp();
    expect(listeners()).toBe(0);
    reasonsOf(running);
    reasonsOf(running);
    expect(listeners()).toBe(1);
    running.release();
    expect(listeners()).toBe(0);
  });

  it("calls every listener exactly once", () => {
    const { running, cancel } = setUp();
    const [one, other] = [reasonsOf(running), reasonsOf(running)];
    const reason = new Error("the server stops");
    running.end(reason as never);
    cancel();
    expect([one, other]).toEqual([[reason], [reason]]);
  });

  it("calls a listener at once that is added after the end", () => {
    const { running, cancel } = setUp();
    cancel();
    expect(reasonsOf(running)).toMatchObject([{ name: "AbortError" }]);
  });

  it("returns one signal, which is aborted with the reason", () => {
    const { running, cancel } = setUp();
    const signal = running.signal();
    expect(running.signal()).toBe(signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    cancel();
    expect(signal.reason).toMatchObject({ name: "AbortError" });
  });
});
