import { describe, expect, it, vi } from "vitest";
import { createClock } from "../../src/base/clock.js";
import { clockSteps, noon } from "../support/clock.js";

/** Creates a clock on a wall clock and a monotonic clock that the test can move apart. */
function createClockFixture() {
  let wall = noon;
  let monotonic = 5_000.25;
  const clock = createClock(
    () => wall,
    () => monotonic,
    vi.fn(),
  );
  return {
    clock,
    pass(ms: number) {
      wall += ms;
      monotonic += ms;
    },
    set(ms: number) {
      wall += ms;
    },
  };
}

describe("the steady time line", () => {
  it("the steady time line begins at the time of the wall clock", () => {
    expect(createClockFixture().clock.now()).toBe(noon);
  });

  it.each(clockSteps)("the steady time line does not step when the wall clock is set by %i ms", (ms) => {
    const { clock, pass, set } = createClockFixture();
    pass(60_000);
    set(ms);
    expect(clock.now()).toBe(noon + 60_000);
    pass(1);
    expect(clock.now()).toBe(noon + 60_001);
  });
});

describe("the wall time of a moment", () => {
  it.each(clockSteps)("the wall time of a moment follows the wall clock when that is set by %i ms", (ms) => {
    const { clock, pass, set } = createClockFixture();
    const moment = clock.now() + 120_000;
    expect(clock.wallTimeOf(moment)).toBe(noon + 120_000);
    pass(1_000);
    set(ms);
    expect(clock.wallTimeOf(moment)).toBe(noon + 120_000 + ms);
    expect(clock.wallNow()).toBe(noon + 1_000 + ms);
    set(-ms);
    expect(clock.wallTimeOf(moment)).toBe(noon + 120_000);
  });

  it("the wall time of a moment is constant while the two clocks are read some milliseconds apart", () => {
    const { clock, pass, set } = createClockFixture();
    const moment = clock.now() + 120_000;
    for (const ms of [1, -2, 30, -60]) {
      set(ms);
      pass(0.4);
      expect(clock.wallTimeOf(moment)).toBe(noon + 120_000);
    }
  });
});
