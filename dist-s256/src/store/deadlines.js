/** Width of a bucket: how late, at most, a deadline is noticed. */
const bucketMs = 1_000;
/** How many ids fall due before others get a turn: about a millisecond of work. */
const sliceSize = 500;
/** `onDue` may call `add`. An id may be added any number of times; it falls due once for each. */
export function createDeadlines(clock, onDue) {
    const buckets = new Map();
    let cancelTimer;
    /** The bucket that the timer waits for. */
    let awaited = Number.POSITIVE_INFINITY;
    function wait(bucket) {
        cancelTimer?.();
        awaited = bucket;
        cancelTimer = clock.after(Math.max(0, bucket * bucketMs - clock.now()), sweep);
    }
    function sweep() {
        cancelTimer = undefined;
        // A timer may be early: an id that is let go too soon never falls due again.
        if (clock.now() < awaited * bucketMs) {
            wait(awaited);
            return;
        }
        const due = buckets.get(awaited) ?? [];
        if (due.length > sliceSize) {
            for (const id of due.splice(-sliceSize))
                onDue(id);
            wait(awaited);
            return;
        }
        buckets.delete(awaited);
        // Whatever is added while these fall due finds no bucket awaited and starts its own wait.
        awaited = Number.POSITIVE_INFINITY;
        for (const id of due)
            onDue(id);
        let next = Number.POSITIVE_INFINITY;
        for (const bucket of buckets.keys())
            next = Math.min(next, bucket);
        if (next < Number.POSITIVE_INFINITY)
            wait(next);
    }
    return {
        add(id, at) {
            const bucket = Math.ceil(at / bucketMs);
            const ids = buckets.get(bucket);
            if (ids)
                ids.push(id);
            else
                buckets.set(bucket, [id]);
            if (bucket < awaited)
                wait(bucket);
        },
        close() {
            cancelTimer?.();
            buckets.clear();
        },
    };
}
