import { expect, test, vi } from "vitest";
import { createWatchLimit } from "../../src/service/watch_limit.js";

test("the last watch of a ticket that leaves takes the ticket's place along, also after it was superseded", () => {
  const watchers = createWatchLimit(1);
  const superseded = vi.fn();
  const leaveFirst = watchers.add("a", superseded);
  const leaveSecond = watchers.add("a", () => {});
  const leaveOther = watchers.add("b", () => {});
  expect(superseded).toHaveBeenCalledTimes(1);
  expect(watchers.ticketCount).toBe(2);
  leaveFirst();
  expect(watchers.ticketCount).toBe(2);
  leaveSecond();
  leaveOther();
  expect(watchers.ticketCount).toBe(0);
});
