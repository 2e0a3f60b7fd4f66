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
    const entries = waiting.get(caller);
    if (!entries?.delete(entry)) return;
    size--;
    if (entries.size === 0) waiting.delete(caller);
  }

  const countOf = (caller: string) => waiting.get(caller)?.size ?? 0;

  /** Takes the newest entry of the caller who has most out, if that leaves it with as many as `caller` then has. */
  function evictFor(caller: string): T | undefined {
    let busiest = caller;
    for (const [other, { size: count }] of waiting) if (count > countOf(busiest)) busiest = other;
    if (countOf(busiest) < countOf(caller) + 2) return undefined;
    let newest: T | undefined;
    // Without a list of them, which may be long.
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
