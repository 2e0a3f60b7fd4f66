import { LinkedList } from "../linked_list.js";

/** The reading side of a queue. */
export interface QueueReader<T> {
  readonly isEmpty: boolean;
  /** Removes and returns the next item, or returns undefined if there is none. */
  shift(): T | undefined;
}

/**
 * A round robin of lines: each `shift` removes one item from the line whose turn it is. Every operation takes
 * constant time.
 */
export interface Round<Key, T, Line extends QueueReader<T>> extends QueueReader<T> {
  /** Returns the line of a key. The caller must add an item to it before the next `shift`. */
  lineOf(key: Key): Line;
}

/** Creates a round without lines. A line is created with its first item and removed with its last. */
export function createRound<Key, T, Line extends QueueReader<T>>(
  createLine: () => Line,
): Round<Key, T, Line> {
  const lines = new Map<Key, Line>();
  /** Lines in the order of their turns, each of them once. */
  const order = new LinkedList<{ readonly key: Key; readonly line: Line }>();
  return {
    get isEmpty() {
      return order.isEmpty;
    },
    lineOf(key) {
      const known = lines.get(key);
      if (known) return known;
      const line = createLine();
      lines.set(key, line);
      order.push({ key, line });
      return line;
    },
    shift() {
      const next = order.shift();
      if (!next) return undefined;
      const item = next.line.shift();
      if (next.line.isEmpty) lines.delete(next.key);
      else order.push(next);
      return item;
    },
  };
}
