import { digest } from "../domain/secrets.js";
/** Most tokens that are remembered; the oldest one is forgotten for a further one. */
const maxRemembered = 10_000;
/** Creates turns with at least `cooldown` milliseconds between two reads. Remembers up to 10,000 tokens by their SHA-256. */
export function createRereadTurns(cooldown, clock) {
    let reads = 0;
    let readAt = Number.NEGATIVE_INFINITY;
    /** Number of reads made before the token first came. */
    const readsBefore = new Map();
    function remember(token, count) {
        for (const oldest of readsBefore.keys()) {
            if (readsBefore.size < maxRemembered)
                break;
            readsBefore.delete(oldest);
        }
        readsBefore.set(digest(token), count);
    }
    return {
        turnOf(token) {
            if (clock.now() - readAt >= cooldown)
                return "now";
            const before = readsBefore.get(digest(token));
            if (before === undefined)
                remember(token, reads);
            return before !== undefined && before < reads ? "never" : "later";
        },
        hasRead(token) {
            // Callers who shared one read count as many, which changes nothing: the number only has to grow.
            remember(token, reads);
            reads += 1;
            readAt = clock.now();
        },
        laterText: `A token names a key that the set lacks, which was read less than ${cooldown / 1_000} s ago.`,
    };
}
