import { describe, expect, it } from "vitest";
import { drainGradually } from "../../src/base/drain_gradually.js";
import { createManualClock, flushPromises } from "../support/clock.js";

/** Drains numbers, and records when each was ended, in milliseconds from the start. */
function startDrain(count: number, timeMs: number, random = Math.random) {
  const clock = createManualClock();
  const start = clock.now();
  const items = new Set(Array.from({ length: count }, (_, index) => index));
  const endedAt = new Map<number, number>();
  let isOver = false;
  const end = (item: number) => void endedAt.set(item, clock.now() - start);
  const over = drainGradually(items.values(), items.size, end, { timeMs, timer: clock, random });
  void over.then(() => {
    isOver = true;
  });
  return { clock, items, endedAt, isOver: () => isOver };
}

/** Advances the clock, and lets all turns of the event loop pass that a slice needs. */
async function advance(clock: ReturnType<typeof createManualClock>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    await clock.advanceAsync(10);
    for (let turns = 0; turns < 5; turns++) await flushPromises();
  }
}

describe("draining gradually", () => {
  it("spreads many items evenly over the time, and ends the last one within it", async () => {
    const { clock, endedAt, isOver } = startDrain(10_000, 5_000);
    await advance(clock, 5_000);
    expect(isOver()).toBe(true);
    expect(endedAt.size).toBe(10_000);
    const moments = [...endedAt.values()];
    const countIn = (from: number, until: number) =>
      moments.filter((moment) => moment >= from && moment < until).length;
    for (let second = 0; second < 4; second++) {
      expect(Math.abs(countIn(second * 1_000, (second + 1) * 1_000) - 2_000)).toBeLessThanOrEqual(200);
    }
    expect(Math.max(...moments.map((moment) => countIn(moment, moment + 50)))).toBeLessThanOrEqual(400);
  });

  it("ends each slice at a random moment of its interval, so that nodes that stop together do not keep step", async () => {
    const early = startDrain(1_000, 1_000, () => 0);
    const late = startDrain(1_000, 1_000, () => 0.9);
    await advance(early.clock, 1_000);
    await advance(late.clock, 1_000);
    const momentsOf = (drain: typeof early) => [...new Set(drain.endedAt.values())];
    expect(momentsOf(early)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(momentsOf(late)).toEqual([0, 190, 290, 390, 490, 590, 690, 790, 890, 990]);
  });

  it("ends a hundred items at once, since they burden no other server", async () => {
    const { clock, endedAt, isOver } = startDrain(100, 600_000);
    for (let turns = 0; turns < 5; turns++) await flushPromises();
    expect(endedAt.size).toBe(100);
    expect(isOver()).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  it("takes no longer than a tenth of a second for each hundred items", async () => {
    const { clock, isOver } = startDrain(1_000, 600_000);
    await advance(clock, 1_000);
    expect(isOver()).toBe(true);
  });

  it("ends all at once without a time", async () => {
    const { endedAt, clock } = startDrain(1_000, 0);
    for (let turns = 0; turns < 10; turns++) await flushPromises();
    expect(endedAt.size).toBe(1_000);
    expect(clock.pendingCount).toBe(0);
  });

  it("leaves out items that are gone, and ends items that were added", async () => {
    const { clock, items, endedAt } = startDrain(1_000, 1_000);
    items.delete(999);
    items.add(5_000);
    await advance(clock, 1_000);
    expect(endedAt.has(999)).toBe(false);
    expect(endedAt.has(5_000)).toBe(true);
    expect(endedAt.size).toBe(1_000);
  });
});
