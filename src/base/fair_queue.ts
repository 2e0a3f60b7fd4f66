/**
 * A bounded queue that serves callers in turn: `take` returns the oldest entry of the caller whose last turn is
 * longest ago. The cost of each call is independent of the number of entries, except when `add` evicts one.
 */
export interface FairQueue<T> {
  /** Returns the number of entries of a caller. */
  countOf(caller: string): number;
  /**
   * Adds an entry. A full queue evicts the newest entry of the caller with the most entries. Returns the entry that
   * has no room. This is the evicted one, or `entry` itself if, with it, its caller has at least as many entries as any
   * other caller.
   */
  add(caller: string, entry: T): T | undefined;
  /** Removes and returns the next entry. */
  take(): T | undefined;
  /** Removes an entry that nobody waits for any more. */
  remove(caller: string, entry: T): void;
  /** Removes and returns all entries. */
  clear(): T[];
}

/** Creates a queue of at most `max` entries. */
export function createFairQueue<T>(max: number): FairQueue<T> {
  // Callers in the order of their turns. The values are sets because any entry may be removed.
  const waiting = new Map<string, Set<T>>();
  let size = 0;

  function remove(caller: string, entry: T): void {
    const entries = waiting.get(caller);
    if (!entries?.delete(entry)) return;
    size--;
    if (entries.size === 0) waiting.delete(caller);
  }

  const countOf = (caller: string) => waiting.get(caller)?.size ?? 0;

  /** Evicts the newest entry of the caller with the most, unless `caller` would have more after its own `add`. */
  function evictFor(caller: string): T | undefined {
    let busiest = caller;
    for (const [other, { size: count }] of waiting) if (count > countOf(busiest)) busiest = other;
    if (countOf(busiest) < countOf(caller) + 2) return undefined;
    let newest: T | undefined;
    // Walks the set, which may be large, instead of copying it.
    for (const entry of waiting.get(busiest) ?? []) newest = entry;
    if (newest !== undefined) remove(busiest, newest);
    return newest;
  }

  return {
    countOf,

    add(caller, entry) {
      const displaced = size >= max ? evictFor(caller) : undefined;
      if (size >= max) return entry;
      const entries = waiting.get(caller) ?? new Set();
      waiting.set(caller, entries.add(entry));
      size++;
      return displaced;
    },

    take() {
      const [next] = waiting;
      if (!next) return undefined;
      const [caller, entries] = next;
      const [entry] = entries;
      waiting.delete(caller);
      if (entry === undefined) return undefined;
      entries.delete(entry);
      size--;
      if (entries.size > 0) waiting.set(caller, entries);
      return entry;
    },

    remove,

    clear() {
      const all = [...waiting.values()].flatMap((entries) => [...entries]);
      waiting.clear();
      size = 0;
      return all;
    },
  };
}
