/**
 * A bounded queue that takes turns between callers: each time the next entry is the oldest of the caller whose turn is longest
 * ago. Adding, taking and removing cost the same however many wait, except where an entry gives way to another.
 */
export interface FairQueue<T> {
    /** The number of entries of a caller. */
    countOf(caller: string): number;
    /**
     * Adds an entry of a caller. Where the queue is full, the newest entry of the caller who has most gives way. Returns the entry
     * that finds no room: the given one, where its caller is among those who have most.
     */
    add(caller: string, entry: T): T | undefined;
    /** Takes the next entry out. */
    take(): T | undefined;
    /** Takes an entry out that nobody waits for any more. */
    remove(caller: string, entry: T): void;
    /** Takes all entries out. */
    clear(): T[];
}
/** Creates a queue of at most `max` entries. */
export declare function createFairQueue<T>(max: number): FairQueue<T>;
