import { expect, it } from "vitest";
import { createCondition } from "../../src/base/condition.js";
import { flushPromises } from "../support/clock.js";

function countResolved(promises: readonly Promise<void>[]) {
  let count = 0;
  for (const promise of promises) void promise.then(() => count++);
  return async () => {
    await flushPromises();
    return count;
  };
}

it("A notification wakes all who wait for the condition, and nobody who waits later.", async () => {
  const condition = createCondition();
  const early = countResolved([condition.wait(), condition.wait()]);
  expect(await early()).toBe(0);
  condition.notifyAll();
  expect(await early()).toBe(2);
  const late = countResolved([condition.wait()]);
  expect(await late()).toBe(0);
  condition.notifyAll();
  expect(await late()).toBe(1);
});

it("An abort ends the wait for the condition of this caller alone.", async () => {
  const condition = createCondition();
  const controller = new AbortController();
  const aborted = countResolved([condition.wait(controller.signal)]);
  const others = countResolved([condition.wait(), condition.wait(new AbortController().signal)]);
  controller.abort();
  expect(await aborted()).toBe(1);
  expect(await others()).toBe(0);
  const afterwards = countResolved([condition.wait(controller.signal)]);
  expect(await afterwards()).toBe(1);
});
