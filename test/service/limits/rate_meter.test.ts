import fc from "fast-check";
import { expect, it } from "vitest";
import { ratePer } from "../../../src/service/limits/rate.js";
import { createRateMeter } from "../../../src/service/limits/rate_meter.js";
import { createManualClock } from "../../support/clock.js";

it("no period ever has more than twice the events of the rate, and a wait that is kept always suffices", () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), arrivals, (max, gaps) => {
      const clock = createManualClock();
      const meter = createRateMeter("app", clock);
      const rate = ratePer(10_000, max);
      const passed: number[] = [];
      for (const gap of gaps) {
        clock.advance(gap);
        const wait = meter.waitFor("key", rate);
        if (wait > 0 && gap % 2 === 0) continue;
        clock.advance(Math.ceil(wait));
        expect(meter.waitFor("key", rate)).toBe(0);
        meter.count("key", rate);
        passed.push(clock.now());
      }
      for (const start of passed) {
        const within = passed.filter((at) => at >= start && at < start + 10_000);
        expect(within.length).toBeLessThanOrEqual(2 * max);
      }
    }),
  );
});

it("events beyond the rate do not make the next one wait longer", () => {
  const meter = createRateMeter("ticket_misses", createManualClock());
  const rate = ratePer(60_000, 6);
  for (let event = 0; event < 1_000; event++) meter.count("key", rate);
  expect(meter.waitFor("key", rate)).toBe(10_000);
});

it("a meter keeps the states of 50,000 keys and forgets the oldest beyond that", () => {
  const meter = createRateMeter("app", createManualClock());
  const rate = ratePer(60_000, 1);
  const isFull = (key: number) => meter.waitFor(String(key), rate) > 0;
  for (let key = 0; key < 50_000; key++) meter.count(String(key), rate);
  expect([isFull(0), isFull(49_999)]).toEqual([true, true]);
  meter.count("50000", rate);
  expect([isFull(0), isFull(1), isFull(50_000)]).toEqual([false, true, true]);
});

it("a meter needs no timer", () => {
  const clock = createManualClock();
  createRateMeter("app", clock).count("key", ratePer(60_000, 1));
  expect(clock.pendingCount).toBe(0);
});
