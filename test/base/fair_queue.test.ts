import { describe, expect, it } from "vitest";
import { createFairQueue } from "../../src/base/fair_queue.js";

function takeAll(queue: { take(): string | undefined }): string[] {
  const all: string[] = [];
  for (let entry = queue.take(); entry !== undefined; entry = queue.take()) all.push(entry);
  return all;
}

describe("a fair queue", () => {
  it("takes turns between callers, and gives each its entries in their order", () => {
    const queue = createFairQueue<string>(10);
    for (const entry of ["a1", "a2", "a3", "a4"]) queue.add("a", entry);
    queue.add("b", "b1");
    queue.add("c", "c1");
    queue.add("b", "b2");
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
  });

  it("lets a caller who comes late wait for one entry of each other at most", () => {
    const queue = createFairQueue<string>(10);
    for (const entry of ["a1", "a2", "a3"]) queue.add("a", entry);
    expect(queue.take()).toBe("a1");
    queue.add("b", "b1");
    expect([queue.take(), queue.take()]).toEqual(["a2", "b1"]);
  });

  it("that is full takes the newest entry of whoever has most for one of somebody else", () => {
    const queue = createFairQueue<string>(4);
    for (const entry of ["a1", "a2", "a3"]) queue.add("a", entry);
    expect(queue.add("b", "b1")).toBeUndefined();
    expect(queue.add("b", "b2")).toBe("a3");
    expect(takeAll(queue)).toEqual(["a1", "b1", "a2", "b2"]);
  });

  it("that is full gives the entry back of a caller who has as many as any other", () => {
    const queue = createFairQueue<string>(3);
    for (const entry of ["a1", "a2"]) queue.add("a", entry);
    queue.add("b", "b1");
    expect(queue.add("a", "a3")).toBe("a3");
    expect(queue.add("b", "b2")).toBe("b2");
    expect(queue.add("c", "c1")).toBe("a2");
    expect(queue.add("d", "d1")).toBe("d1");
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1"]);
  });

  it("forgets an entry that is removed, and a caller with the last one", () => {
    const queue = createFairQueue<string>(2);
    queue.add("a", "a1");
    queue.add("a", "a2");
    queue.remove("a", "a1");
    queue.remove("a", "a1");
    queue.remove("b", "a2");
    expect(queue.countOf("a")).toBe(1);
    expect(queue.add("b", "b1")).toBeUndefined();
    queue.remove("a", "a2");
    expect(queue.countOf("a")).toBe(0);
    expect(takeAll(queue)).toEqual(["b1"]);
  });

  it("hands out all that wait when it is cleared, and has room again", () => {
    const queue = createFairQueue<string>(2);
    queue.add("a", "a1");
    queue.add("b", "b1");
    expect(queue.clear()).toEqual(["a1", "b1"]);
    expect(queue.countOf("a")).toBe(0);
    expect(queue.add("a", "a2")).toBeUndefined();
    expect(takeAll(queue)).toEqual(["a2"]);
  });
});
