import { expect, it } from "vitest";
import { RecentMap } from "../../src/metrics/recent_map.js";

it("keeps the half of the maximum that was written last, and never more than the maximum", () => {
  const map = new RecentMap<number>(100);
  for (let written = 0; written < 1_000; written += 1) {
    map.set(`key ${written}`, written);
    const oldest = Math.max(0, written - 49);
    expect(map.get(`key ${oldest}`)).toBe(oldest);
    expect(map.size).toBeLessThanOrEqual(100);
  }
  expect(map.get("key 0")).toBeUndefined();
});

it("an entry that is written again is one of the last, and a deleted one is gone", () => {
  const map = new RecentMap<number>(4);
  for (const [key, value] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["c", 4],
    ["d", 5],
  ] as const)
    map.set(key, value);
  expect(map.get("a")).toBe(3);
  map.delete("a");
  expect(map.get("a")).toBeUndefined();
  expect(map.get("d")).toBe(5);
});
