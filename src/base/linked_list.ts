/**
 * A list to which items are added at the end and from which any item is removed in constant time. Every queue and every
 * set of calls in progress is one.
 *
 * A `Set` would make garbage collection expensive. V8 moves the items of a `Set` to a new table after some additions
 * and removals, and the old table keeps a reference to the new one. A full collection moves the current table to the
 * old generation. From then on, each later table is reachable from a dead one, together with the items that it had.
 * Until the next full collection, those of the young generation copy all of them and free none. A removed link of this
 * list refers to no other link.
 */
export class LinkedList<Item> {
  private length = 0;
  private first: Link<Item> | undefined = undefined;
  private last: Link<Item> | undefined = undefined;
  /** Iterators in progress. */
  private cursors: Cursor<Item>[] = [];

  get size(): number {
    return this.length;
  }

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** Adds an item at the end. Returns its link, to be passed to `remove`. */
  push(item: Item): Link<Item> {
    const { last } = this;
    const link: Link<Item> = { item, list: this, previous: last, next: undefined };
    if (last) last.next = link;
    else this.first = link;
    this.last = link;
    this.length += 1;
    for (const cursor of this.cursors) cursor.next ??= link;
    return link;
  }

  /** Removes the item of a link. Returns whether it was in the list. */
  remove(link: Link<Item>): boolean {
    if (link.list !== this) return false;
    const { previous, next } = link;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    this.length -= 1;
    for (const cursor of this.cursors) if (cursor.next === link) cursor.next = next;
    link.list = undefined;
    link.previous = undefined;
    link.next = undefined;
    return true;
  }

  /** Removes and returns the oldest item, or returns undefined if there is none. */
  shift(): Item | undefined {
    const { first } = this;
    if (first) this.remove(first);
    return first?.item;
  }

  /** Returns the items, oldest first. Items that are removed before their turn are left out, and added ones follow. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    const cursor: Cursor<Item> = { next: this.first };
    this.cursors.push(cursor);
    try {
      for (let link = cursor.next; link; link = cursor.next) {
        cursor.next = link.next;
        yield link.item;
      }
    } finally {
      this.cursors.splice(this.cursors.indexOf(cursor), 1);
    }
  }
}

/** The place of an item in a list. */
export interface Link<Item> {
  readonly item: Item;
  /** List that contains the item. Undefined once the item was removed. */
  list: LinkedList<Item> | undefined;
  previous: Link<Item> | undefined;
  next: Link<Item> | undefined;
}

interface Cursor<Item> {
  /** Link of the item that follows, or undefined if the last item was returned. */
  next: Link<Item> | undefined;
}
