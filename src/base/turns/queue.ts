/** A FIFO queue with constant-time operations, unlike an array, whose `shift` moves all remaining items. */
export interface Queue<T> {
  readonly isEmpty: boolean;
  push(item: T): void;
  /** Removes and returns the oldest item, or returns undefined if there is none. */
  shift(): T | undefined;
}

interface Link<T> {
  readonly item: T;
  next: Link<T> | undefined;
}

export function createQueue<T>(): Queue<T> {
  let first: Link<T> | undefined;
  let last: Link<T> | undefined;
  return {
    get isEmpty() {
      return first === undefined;
    },
    push(item) {
      const link: Link<T> = { item, next: undefined };
      if (last) last.next = link;
      else first = link;
      last = link;
    },
    shift() {
      const oldest = first;
      first = oldest?.next;
      if (!first) last = undefined;
      return oldest?.item;
    },
  };
}
