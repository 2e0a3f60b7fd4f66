import type { Clock } from "../../base/clock.js";

/** Width of a bucket: how late, at most, a deadline is noticed. */
const bucketMs = 1_000;
/** How many ids fall due before others get a turn: about a millisecond of work. */
const batchSize = 500;

/** Remembers when ids fall due: a wheel of one bucket a second and one timer in all, none while nothing waits. */
export interface ExpiryQueue {
  /** Has `onDue` called with the id at `at`, a moment of the clock, or up to a second later. */
  add(id: string, at: number): void;
  /** Forgets every id and lets go of the timer. */
  close(): void;
}

/** `onDue` may call `add`. An id may be added any number of times; it falls due once for each. */
export function createExpiryQueue(clock: Clock, onDue: (id: string) => void): ExpiryQueue {
  const buckets = new Map<number, string[]>();
  let cancelTimer: (() => void) | undefined;
  /** The bucket that the timer waits for. */
  let nextBucket = Number.POSITIVE_INFINITY;

  function schedule(bucket: number): void {
    cancelTimer?.();
    nextBucket = bucket;
    cancelTimer = clock.after(Math.max(0, bucket * bucketMs - clock.now()), sweep);
  }

  function sweep(): void {
    cancelTimer = undefined;
    // A timer may be early: an id that is let go too soon never falls due again.
    if (clock.now() < nextBucket * bucketMs) {
      schedule(nextBucket);
      return;
    }
    const due = buckets.get(nextBucket) ?? [];
    if (due.length > batchSize) {
      for (const id of due.splice(-batchSize)) onDue(id);
      schedule(nextBucket);
      return;
    }
    buckets.delete(nextBucket);
    // Whatever is added while these fall due finds no bucket awaited and starts its own wait.
    nextBucket = Number.POSITIVE_INFINITY;
    for (const id of due) onDue(id);
    let next = Number.POSITIVE_INFINITY;
    for (const bucket of buckets.keys()) next = Math.min(next, bucket);
    if (next < Number.POSITIVE_INFINITY) schedule(next);
  }

  return {
    add(id, at) {
      const bucket = Math.ceil(at / bucketMs);
      const ids = buckets.get(bucket);
      if (ids) ids.push(id);
      else buckets.set(bucket, [id]);
      if (bucket < nextBucket) schedule(bucket);
    },
    close() {
      cancelTimer?.();
      buckets.clear();
    },
  };
}
