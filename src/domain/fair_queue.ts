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
export function createFairQueue<T>(max: number): FairQueue<T> {
  // Callers in the order of their turns. Sets, since any entry may leave.
  const waiting = new Map<string, Set<T>>();
  let size = 0;

  function remove(caller: string, entry: T): void {
    const own = waiting.get(caller);
    if (!own?.delete(entry)) return;
    size--;
    if (own.size === 0) waiting.delete(caller);
  }

  return {
    countOf: (caller) => waiting.get(caller)?.size ?? 0,

    add(caller, entry) {
      let displaced: T | undefined;
      if (size >= max) {
        const [busiest, entries] = [...waiting].reduce(
          (most, other) => (other[1].size > most[1].size ? other : most),
          [caller, waiting.get(caller) ?? new Set<T>()],
        );
        const newest = [...entries].at(-1);
        // Giving way must leave the busiest caller no worse off than this one.
        if (newest === undefined || entries.size < (waiting.get(caller)?.size ?? 0) + 2) return entry;
        remove(busiest, newest);
        displaced = newest;
      }
      const own = waiting.get(caller) ?? new Set();
      waiting.set(caller, own.add(entry));
      size++;
      return displaced;
    },

    take() {
      const [next] = waiting;
      if (!next) return undefined;
      const [caller, own] = next;
      const [entry] = own;
      waiting.delete(caller);
      if (entry === undefined) return undefined;
      own.delete(entry);
      size--;
      if (own.size > 0) waiting.set(caller, own);
      return entry;
    },

    remove,

    clear() {
      const all = [...waiting.values()].flatMap((own) => [...own]);
      waiting.clear();
      size = 0;
      return all;
    },
  };
}
