import type { Clock } from "../../base/clock.js";

/** Width of a bucket in milliseconds: the longest delay before a deadline is noticed. */
const bucketMs = 1_000;
/**
 * Number of ids that are passed to `onDue` in one turn of the event loop. `npm run bench -- memory` measures the
 * longest turn.
 */
const batchSize = 500;

/** A queue of ids by due time: a timer wheel with one bucket per second and at most one timer. */
export interface ExpiryQueue {
  /** Calls `onDue` with the id at `at`, a moment of the clock, or about a second later at most. */
  add(id: string, at: number): void;
  /** Removes every id and cancels the timer. */
  close(): void;
}

/** Creates a queue. `onDue` may call `add`. An id may be added any number of times; it falls due once for each. */
export function createExpiryQueue(clock: Clock, onDue: (id: string) => void): ExpiryQueue {
  const buckets = new Map<number, string[]>();
  let cancelTimer: (() => void) | undefined;
  /** Bucket that the timer waits for. */
  let nextBucket = Number.POSITIVE_INFINITY;

  function schedule(bucket: number): void {
    cancelTimer?.();
    nextBucket = bucket;
    cancelTimer = clock.after(Math.max(0, bucket * bucketMs - clock.now()), sweep);
  }

  function sweep(): void {
    cancelTimer = undefined;
    // A timer may fire early. An id that is passed on before its time would not be passed on again.
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
    // No bucket is awaited now, so an `add` in these callbacks schedules a timer.
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
