import { expect, test, vi } from "vitest";
import { createWatchers } from "../../src/service/watchers.js";

test("the last watch of a ticket that leaves takes the ticket's place along, also after it was superseded", () => {
  const watchers = createWatchers(1);
  const superseded = vi.fn();
  const leaveFirst = watchers.enter("a", superseded);
  const leaveSecond = watchers.enter("a", () => {});
  const leaveOther = watchers.enter("b", () => {});
  expect(superseded).toHaveBeenCalledTimes(1);
  expect(watchers.watchedTickets).toBe(2);
  leaveFirst();
  expect(watchers.watchedTickets).toBe(2);
  leaveSecond();
  leaveOther();
  expect(watchers.watchedTickets).toBe(0);
});
