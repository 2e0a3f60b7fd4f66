import { setImmediate as nextTurn } from "node:timers/promises";
import type { Timer } from "./timer.js";

/** The pace at which items are ended. */
export interface DrainPace {
  /** Time over which the items are spread, in milliseconds. */
  readonly timeMs: number;
  readonly timer: Pick<Timer, "after" | "now">;
  /** Returns a number of at least 0 and less than 1. */
  readonly random?: () => number;
}

/** Interval of the slices, in milliseconds. */
const interval = 100;

/** Smallest number of items in a slice. Fewer are ended at once: so few cannot burden the servers that take over. */
const minSlice = 100;

/** Largest number of items that are ended in one turn of the event loop. */
const itemsPerTurn = 200;

/**
 * Calls `end` for each item, in slices of equal size that are spread over the time, each at a random moment of its
 * interval. So the peers do not all turn to other servers in the same moment. Items that are removed before their turn
 * are left out, and items that are added are ended in the last slice. Resolves once `end` was called for all.
 *
 * @param items Items to end. Their iterator may still see changes.
 * @param count Number of the items.
 */
export async function drainGradually<Item>(
  items: Iterable<Item>,
  count: number,
  end: (item: Item) => void,
  { timeMs, timer, random = Math.random }: DrainPace,
): Promise<void> {
  const slices = Math.max(1, Math.min(Math.ceil(count / minSlice), Math.floor(timeMs / interval)));
  const sliceSize = Math.ceil(count / slices);
  const start = timer.now();
  const iterator = items[Symbol.iterator]();
  for (let slice = 0; slice < slices; slice++) {
    if (slice > 0) await waitUntil(start + (slice + random()) * interval, timer);
    await endNext(iterator, slice === slices - 1 ? Number.POSITIVE_INFINITY : sliceSize, end);
  }
}

async function endNext<Item>(items: Iterator<Item>, limit: number, end: (item: Item) => void): Promise<void> {
  for (let ended = 0; ended < limit; ended++) {
    if (ended > 0 && ended % itemsPerTurn === 0) await nextTurn();
    const { done, value } = items.next();
    if (done) return;
    end(value);
  }
}

function waitUntil(moment: number, timer: DrainPace["timer"]): Promise<void> {
  return new Promise((resolve) => void timer.after(Math.max(0, moment - timer.now()), resolve));
}
