import { expect, it } from "vitest";
import { ratePer } from "../../../src/service/limits/rate.js";
import { createRateMeter, type RateMeter } from "../../../src/service/limits/rate_meter.js";
import { createRateSharing } from "../../../src/service/limits/rate_sharing.js";
import type { SharedRates } from "../../../src/store/shared_rates.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { createManualClock, flushPromises } from "../../support/clock.js";

/** Creates rates in memory that several nodes share. They can be away. */
function createRates() {
  const clock = createManualClock();
  const moments = new Map<string, number>();
  const state = { isAway: false, calls: 0 };
  const rates: SharedRates = {
    async advance(key, ms, latest) {
      state.calls += 1;
      if (state.isAway) throw new StoreUnavailableError("the back end is unreachable");
      const now = clock.now();
      const moment = Math.min(Math.max(moments.get(key) ?? 0, now) + ms, now + latest);
      moments.set(key, moment);
      return moment - now;
    },
  };
  const changes: unknown[] = [];
  function createNode() {
    const sharing = createRateSharing({ rates, clock, onChange: (error) => changes.push(error) });
    return { meter: createRateMeter("approver", clock, sharing), close: sharing.close };
  }
  return { clock, state, changes, createNode };
}

const rate = ratePer(60_000, 10);

function countTimes(times: number, meter: RateMeter): void {
  for (let event = 0; event < times; event++) meter.count("alice", rate);
}

it("the events of one node count on the others a tenth of a second later", async () => {
  const { clock, createNode } = createRates();
  const [first, second] = [createNode(), createNode()];
  countTimes(6, first.meter);
  countTimes(1, second.meter);
  expect(second.meter.waitFor("alice", rate)).toBe(0);
  await clock.advanceAsync(100);
  countTimes(3, second.meter);
  expect(second.meter.waitFor("alice", rate)).toBeGreaterThan(0);
  await clock.advanceAsync(100);
  countTimes(1, first.meter);
  await clock.advanceAsync(100);
  expect(first.meter.waitFor("alice", rate)).toBeGreaterThan(0);
});

it("a thousand events of one key are one report", async () => {
  const { clock, state, createNode } = createRates();
  countTimes(1_000, createNode().meter);
  await clock.advanceAsync(100);
  expect(state.calls).toBe(1);
});

it("events that arrive while a report is answered are not forgotten", async () => {
  const clock = createManualClock();
  let answer = (_dueIn: number) => {};
  const advance = () =>
    new Promise<number>((resolve) => {
      answer = resolve;
    });
  const sharing = createRateSharing({ rates: { advance }, clock, onChange: () => {} });
  const meter = createRateMeter("approver", clock, sharing);
  countTimes(5, meter);
  await clock.advanceAsync(100);
  countTimes(5, meter);
  answer(5 * rate.interval - 100);
  await flushPromises();
  expect(meter.waitFor("alice", rate)).toBeGreaterThan(0);
  sharing.close();
});

it("a slow store gets one report of a key at a time, and its late reply forgets none of the events since", async () => {
  const clock = createManualClock();
  const answers: ((dueIn: number) => void)[] = [];
  const advance = () => new Promise<number>((resolve) => void answers.push(resolve));
  const sharing = createRateSharing({ rates: { advance }, clock, onChange: () => {} });
  const meter = createRateMeter("approver", clock, sharing);
  countTimes(5, meter);
  await clock.advanceAsync(100);
  countTimes(5, meter);
  await clock.advanceAsync(300);
  expect(answers).toHaveLength(1);
  answers[0]?.(5 * rate.interval - 300);
  await flushPromises();
  expect(meter.waitFor("alice", rate)).toBeGreaterThan(0);
  await clock.advanceAsync(100);
  expect(answers).toHaveLength(2);
  sharing.close();
});

it("events that are taken back are taken back on the other nodes", async () => {
  const { clock, createNode } = createRates();
  const [first, second] = [createNode(), createNode()];
  countTimes(10, first.meter);
  await clock.advanceAsync(100);
  first.meter.count("alice", rate, -10);
  await clock.advanceAsync(100);
  countTimes(1, second.meter);
  await clock.advanceAsync(100);
  expect(second.meter.waitFor("alice", rate)).toBe(0);
});

it("without the store each node counts alone and rejects nothing else, and the change is reported once", async () => {
  const { clock, state, changes, createNode } = createRates();
  const { meter } = createNode();
  state.isAway = true;
  for (let round = 0; round < 5; round++) {
    countTimes(1, meter);
    await clock.advanceAsync(100);
  }
  expect(meter.waitFor("alice", rate)).toBe(0);
  countTimes(5, meter);
  expect(meter.waitFor("alice", rate)).toBeGreaterThan(0);
  expect(changes).toEqual([expect.any(StoreUnavailableError)]);
  state.isAway = false;
  await clock.advanceAsync(100);
  expect(changes).toEqual([expect.any(StoreUnavailableError), undefined]);
});

it("a node that stops leaves no timer and reports nothing more", async () => {
  const { clock, state, createNode } = createRates();
  const { meter, close } = createNode();
  countTimes(1, meter);
  close();
  countTimes(1, meter);
  expect(clock.pendingCount).toBe(0);
  await flushPromises();
  expect(state.calls).toBe(0);
});
