import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Link, LinkedList } from "../../src/base/linked_list.js";
import { collectGarbage } from "../support/collect_garbage.js";

function listOf(...items: number[]) {
  const list = new LinkedList<number>();
  const links = new Map(items.map((item) => [item, list.push(item)]));
  return { list, remove: (item: number) => links.get(item)?.remove() };
}

describe("the items of a list", () => {
  it("are those that were added and not removed, oldest first", () => {
    const operation = fc.oneof(
      fc.constant("push" as const),
      fc.constant("shift" as const),
      fc.nat({ max: 20 }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const list = new LinkedList<number>();
        const pushed: { readonly item: number; readonly link: Link<number> }[] = [];
        let expected: number[] = [];
        for (const [index, now] of operations.entries()) {
          if (now === "push") {
            pushed.push({ item: index, link: list.push(index) });
            expected.push(index);
          } else if (now === "shift") {
            expect(list.shift()).toBe(expected.shift());
          } else {
            const one = pushed[now];
            if (!one) continue;
            const isThere = expected.includes(one.item);
            expect(one.link.list).toBe(isThere ? list : undefined);
            expect(one.link.remove()).toBe(isThere);
            expected = expected.filter((item) => item !== one.item);
          }
          expect([...list]).toEqual(expected);
          expect([list.size, list.isEmpty]).toEqual([expected.length, expected.length === 0]);
        }
      }),
    );
  });
});

describe("a list that changes while it is iterated", () => {
  it.each([
    ["leaves out an item that is removed before its turn", 1, 2, [1, 3]],
    ["leaves out the last item if it is removed before its turn", 1, 3, [1, 2]],
    ["goes on after the item whose turn it is was removed", 2, 2, [1, 2, 3]],
    ["goes on after an earlier item was removed", 3, 1, [1, 2, 3]],
  ])("%s", (_title, during, removed, seen) => {
    const { list, remove } = listOf(1, 2, 3);
    const items: number[] = [];
    for (const item of list) {
      items.push(item);
      if (item === during) remove(removed);
    }
    expect(items).toEqual(seen);
  });

  it("returns items that are added, also during the turn of the last one", () => {
    const { list } = listOf(1, 2);
    const items: number[] = [];
    for (const item of list) {
      items.push(item);
      if (item !== 1 && item < 4) list.push(item + 1);
    }
    expect(items).toEqual([1, 2, 3, 4]);
  });

  it("serves several iterators at once, and forgets those that were left early", () => {
    const { list, remove } = listOf(1, 2, 3, 4);
    for (const _ of list) break;
    const seen: number[][] = [];
    for (const outer of list) {
      const inner: number[] = [];
      for (const item of list) {
        inner.push(item);
        if (outer === 1 && item === 1) remove(2);
      }
      seen.push(inner);
    }
    expect(seen).toEqual([
      [1, 3, 4],
      [1, 3, 4],
      [1, 3, 4],
    ]);
    // A forgotten iterator would only cost time and memory, which nothing shows from outside.
    expect(Reflect.get(list, "cursors")).toEqual([]);
  });
});

describe("garbage collection of removed items", () => {
  // As in src/main.ts. V8 would otherwise allocate the items of this test in the old generation.
  beforeAll(() => setFlagsFromString("--no-allocation-site-pretenuring"));
  afterAll(() => setFlagsFromString("--allocation-site-pretenuring"));

  /** Items that pass, 1 KB each. */
  const count = 5_000;

  /**
   * Lets items pass through a collection that holds 16 of them. Returns the KB that stay in the old generation. A full
   * garbage collection comes first, which moves the first items there.
   */
  function retained<Place>(add: (item: object) => Place, remove: (place: Place) => void): number {
    const places: Place[] = [];
    const pass = () => {
      places.push(add(new Array(125).fill(0)));
      const oldest = places.length > 16 ? places.shift() : undefined;
      if (oldest) remove(oldest);
    };
    for (let index = 0; index < 100; index++) pass();
    collectGarbage();
    const before = oldGenerationKb();
    for (let index = 1; index <= count; index++) {
      pass();
      if (index % 500 === 0) collectGarbage({ type: "minor" });
    }
    return oldGenerationKb() - before;
  }

  const oldGenerationKb = () =>
    (getHeapSpaceStatistics().find((space) => space.space_name === "old_space")?.space_used_size ?? 0) / 1024;

  it("frees them without a full collection, which it does not with a Set", () => {
    const set = new Set<object>();
    const list = new LinkedList<object>();
    const queue = new LinkedList<object>();
    expect(
      retained(
        (item) => list.push(item),
        (link) => link.remove(),
      ),
    ).toBeLessThan(count / 5);
    expect(
      retained(
        (item) => queue.push(item),
        () => queue.shift(),
      ),
    ).toBeLessThan(count / 5);
    // The Set shows that the measurement would notice.
    expect(
      retained(
        (item) => set.add(item) && item,
        (item) => set.delete(item),
      ),
    ).toBeGreaterThan(count / 2);
  });
});
