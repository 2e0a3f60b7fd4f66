/**
 * A list to which items are added at the end and from which any item is removed in constant time. It is for the calls
 * in progress and for queues of calls.
 *
 * A `Set` or `Map` would make garbage collection expensive. When V8 replaces the table of a `Set`, the old table keeps
 * its items and a reference to the new one. Once one table is in the old generation, every later table stays reachable
 * from a dead one, and so do the items that it had when it was replaced. Collections of the young generation then
 * promote these items instead of freeing them, and only a full collection frees them. A removed link of this list
 * refers to no other link.
 */
export class LinkedList<Item> {
  private length = 0;
  private first: Node<Item> | undefined = undefined;
  private last: Node<Item> | undefined = undefined;
  /** Iterators in progress. */
  private readonly cursors: Cursor<Item>[] = [];

  get size(): number {
    return this.length;
  }

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** Adds an item at the end. Returns its link, which removes it. */
  push(item: Item): Link<Item> {
    const { last } = this;
    const node = new Node(item, this, last);
    if (last) last.next = node;
    else this.first = node;
    this.last = node;
    this.length += 1;
    for (const cursor of this.cursors) cursor.next ??= node;
    return node;
  }

  /** Removes and returns the oldest item, or returns undefined if there is none. */
  shift(): Item | undefined {
    const { first } = this;
    if (first) this.unlink(first);
    return first?.item;
  }

  /** Removes a node of this list. To be called by the node. */
  unlink(node: Node<Item>): void {
    const { previous, next } = node;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    this.length -= 1;
    for (const cursor of this.cursors) if (cursor.next === node) cursor.next = next;
    node.list = undefined;
    node.previous = undefined;
    node.next = undefined;
  }

  /**
   * Returns the items, oldest first. Leaves out items that are removed before their turn. Also returns items that are
   * added meanwhile.
   */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    const cursor: Cursor<Item> = { next: this.first };
    this.cursors.push(cursor);
    try {
      for (let node = cursor.next; node; node = cursor.next) {
        cursor.next = node.next;
        yield node.item;
      }
    } finally {
      this.cursors.splice(this.cursors.indexOf(cursor), 1);
    }
  }
}

/** The place of an item in a list. */
export interface Link<Item> {
  /** List that contains the item. Undefined once the item was removed. */
  readonly list: LinkedList<Item> | undefined;
  /** Removes the item. Returns whether it was still in its list. */
  remove(): boolean;
}

class Node<Item> implements Link<Item> {
  readonly item: Item;
  list: LinkedList<Item> | undefined;
  previous: Node<Item> | undefined;
  next: Node<Item> | undefined = undefined;

  constructor(item: Item, list: LinkedList<Item>, previous: Node<Item> | undefined) {
    this.item = item;
    this.list = list;
    this.previous = previous;
  }

  remove(): boolean {
    const { list } = this;
    list?.unlink(this);
    return list !== undefined;
  }
}

interface Cursor<Item> {
  /** Node of the item that follows, or undefined if the last item was returned. */
  next: Node<Item> | undefined;
}
