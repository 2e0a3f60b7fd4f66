import { digest } from "../domain/secrets.js";
/** Remembers up to `capacity` tokens; none if that is 0. */
export function createVerifiedTokens(capacity, clock) {
    const entries = new Map();
    return {
        get(token) {
            const key = digest(token);
            const entry = entries.get(key);
            if (!entry)
                return undefined;
            const isLive = clock.wallNow() < entry.expiresAt && clock.now() < entry.until;
            if (isLive && entry.keys.generation() === entry.generation)
                return entry.value;
            entries.delete(key);
            return undefined;
        },
        remember(token, verification) {
            if (capacity < 1)
                return;
            const key = digest(token);
            // Deleted first, so that it counts as the youngest.
            entries.delete(key);
            for (const oldest of entries.keys()) {
                if (entries.size < capacity)
                    break;
                entries.delete(oldest);
            }
            entries.set(key, verification);
        },
    };
}
