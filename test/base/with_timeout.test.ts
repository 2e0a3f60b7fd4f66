import { expect, it } from "vitest";
import { withTimeout } from "../../src/base/with_timeout.js";
import { createManualClock } from "../support/clock.js";

const never = new Promise<string>(() => {});

it("A value that is there in time ends the time-out and leaves no timer.", async () => {
  const clock = createManualClock();
  expect(await withTimeout(Promise.resolve("value"), 100, clock)).toBe("value");
  expect(clock.pendingCount).toBe(0);
});

it("A value that takes too long is undefined after the time-out, and not before.", async () => {
  const clock = createManualClock();
  let result: unknown = "none yet";
  void withTimeout(never, 100, clock).then((value) => {
    result = value;
  });
  await clock.advanceAsync(99);
  expect(result).toBe("none yet");
  await clock.advanceAsync(1);
  expect(result).toBeUndefined();
});

it("A failure within the time-out is passed on and leaves no timer; a later one is swallowed.", async () => {
  const clock = createManualClock();
  const failed = Promise.reject(new Error("failed"));
  await expect(withTimeout(failed, 100, clock)).rejects.toThrow("failed");
  expect(clock.pendingCount).toBe(0);

  let reject = (_error: Error) => {};
  const late = new Promise<string>((_resolve, rejectLate) => {
    reject = rejectLate;
  });
  const timedOut = withTimeout(late, 100, clock);
  await clock.advanceAsync(100);
  expect(await timedOut).toBeUndefined();
  reject(new Error("too late for anybody to hear"));
});

it("An abort during the time-out rejects with its reason, and leaves neither timer nor listener.", async () => {
  const clock = createManualClock();
  const controller = new AbortController();
  const waiting = withTimeout(never, 100, clock, controller.signal);
  controller.abort("the reason");
  await expect(waiting).rejects.toBe("the reason");
  expect(clock.pendingCount).toBe(0);
  await expect(withTimeout(never, 100, clock, controller.signal)).rejects.toBe("the reason");
  expect(clock.pendingCount).toBe(0);
});
