import { expect, test, vi } from "vitest";
import { createWatchLimit } from "../../src/service/watch_limit.js";

test("a ticket is no longer counted once its last watch is removed, even if another was superseded", () => {
  const watchLimit = createWatchLimit(1);
  const superseded = vi.fn();
  const removeFirst = watchLimit.add("a", superseded);
  const removeSecond = watchLimit.add("a", () => {});
  const removeOther = watchLimit.add("b", () => {});
  expect(superseded).toHaveBeenCalledTimes(1);
  expect(watchLimit.ticketCount).toBe(2);
  removeFirst();
  expect(watchLimit.ticketCount).toBe(2);
  removeSecond();
  removeOther();
  expect(watchLimit.ticketCount).toBe(0);
});
