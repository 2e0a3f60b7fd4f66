/** @throws RangeError when a limit is not a number above zero. */
export function createBackoff(options, random) {
    const { baseMs = 100, capMs = 5_000 } = options;
    if (!(baseMs > 0 && capMs > 0))
        throw new RangeError("backoff.baseMs and backoff.capMs must be above zero");
    let limit = Math.min(baseMs, capMs);
    return {
        next(retryAfterMs = 0) {
            // The sum and not the greater of the two: else all who were told the same delay come back in the same instant.
            const pause = retryAfterMs + random() * limit;
            limit = Math.min(limit * 2, capMs);
            return pause;
        },
        succeeded(workedMs) {
            if (workedMs >= capMs)
                limit = Math.min(baseMs, capMs);
        },
    };
}
