import { describe, expect, it } from "vitest";
import { createFairQueue } from "../../src/base/fair_queue.js";

function takeAll(queue: { take(): string | undefined }): string[] {
  const all: string[] = [];
  for (let entry = queue.take(); entry !== undefined; entry = queue.take()) all.push(entry);
  return all;
}

describe("a fair queue", () => {
  it("serves callers in turn, and the entries of a caller in order", () => {
    const queue = createFairQueue<string>(10);
    for (const entry of ["a1", "a2", "a3", "a4"]) queue.add("a", entry);
    queue.add("b", "b1");
    queue.add("c", "c1");
    queue.add("b", "b2");
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
  });

  it("makes a late caller wait for at most one entry of every other caller", () => {
    const queue = createFairQueue<string>(10);
    for (const entry of ["a1", "a2", "a3"]) queue.add("a", entry);
    expect(queue.take()).toBe("a1");
    queue.add("b", "b1");
    expect([queue.take(), queue.take()]).toEqual(["a2", "b1"]);
  });

  it("a full queue evicts the newest entry of the caller with the most for an entry of another caller", () => {
    const queue = createFairQueue<string>(4);
    for (const entry of ["a1", "a2", "a3"]) queue.add("a", entry);
    expect(queue.add("b", "b1")).toBeUndefined();
    expect(queue.add("b", "b2")).toBe("a3");
    expect(takeAll(queue)).toEqual(["a1", "b1", "a2", "b2"]);
  });

  it("a full queue returns the entry of a caller who has as many as any other", () => {
    const queue = createFairQueue<string>(3);
    for (const entry of ["a1", "a2"]) queue.add("a", entry);
    queue.add("b", "b1");
    expect(queue.add("a", "a3")).toBe("a3");
    expect(queue.add("b", "b2")).toBe("b2");
    expect(queue.add("c", "c1")).toBe("a2");
    expect(queue.add("d", "d1")).toBe("d1");
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1"]);
  });

  it("drops an entry that is removed, and a caller with its last entry", () => {
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

  it("clear returns all waiting entries and makes room", () => {
    const queue = createFairQueue<string>(2);
    queue.add("a", "a1");
    queue.add("b", "b1");
    expect(queue.clear()).toEqual(["a1", "b1"]);
    expect(queue.countOf("a")).toBe(0);
    expect(queue.add("a", "a2")).toBeUndefined();
    expect(takeAll(queue)).toEqual(["a2"]);
  });
});
