import { describe, expect, it } from "vitest";
import { createTurnScheduler } from "../../../src/base/turns/turn_scheduler.js";
import { flushPromises } from "../../support/clock.js";

/**
 * Creates a scheduler that starts four calls in a turn. Records the callers' names in the order of the
 * starts.
 */
function setUp() {
  const queue = createTurnScheduler(4);
  const started: string[] = [];
  const failed: unknown[] = [];
  function call(caller: string) {
    let end = (_reason: unknown) => {};
    const turn = queue.waitForTurn(caller, {
      onEnd(listener) {
        end = listener;
      },
    });
    const start = () => void started.push(caller);
    if (turn === undefined) start();
    else turn.then(start, (reason) => failed.push(reason));
    return { end: (reason: unknown) => end(reason) };
  }
  const calls = (caller: string, count: number) => Array.from({ length: count }, () => call(caller));
  return { calls, started, failed };
}

describe("the turn scheduler", () => {
  it("starts a call at once while this turn has starts left", () => {
    const { calls, started } = setUp();
    calls("shop", 4);
    expect(started).toHaveLength(4);
  });

  it("starts no more than the allowed number of calls in each turn of the event loop", async () => {
    const { calls, started } = setUp();
    calls("shop", 14);
    const counts = [started.length];
    for (let turn = 0; turn < 4; turn++) {
      await flushPromises();
      counts.push(started.length);
    }
    expect(counts).toEqual([4, 8, 12, 14, 14]);
  });

  it("allows the starts of a whole turn again after it was idle", async () => {
    const { calls, started } = setUp();
    calls("shop", 6);
    await flushPromises();
    await flushPromises();
    calls("shop", 4);
    expect(started).toHaveLength(10);
  });

  it("starts the single call of one caller before the thousands of another", async () => {
    const { calls, started } = setUp();
    calls("flood", 5_000);
    calls("shop", 1);
    await flushPromises();
    expect(started.slice(4)).toContain("shop");
    expect(started).toHaveLength(8);
  });

  it("shares the turns equally between callers with many calls each", async () => {
    const { calls, started } = setUp();
    for (const caller of ["flood", "shop", "blog", "intranet"]) calls(caller, 100);
    started.length = 0;
    for (let turn = 0; turn < 10; turn++) await flushPromises();
    for (const caller of ["flood", "shop", "blog", "intranet"]) {
      expect(started.filter((name) => name === caller)).toHaveLength(10);
    }
  });

  it("drops a call that ended while it waited, without delaying others", async () => {
    const { calls, started, failed } = setUp();
    calls("shop", 4);
    const waiting = calls("flood", 1_000);
    calls("blog", 3);
    const gone = new Error("the client has left");
    for (const call of waiting) call.end(gone);
    await flushPromises();
    expect(started.slice(4)).toEqual(["blog", "blog", "blog"]);
    expect(failed).toHaveLength(1_000);
    expect(new Set(failed)).toEqual(new Set([gone]));
  });
});
