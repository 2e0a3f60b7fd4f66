import { expect, it } from "vitest";
import { backoffDelay } from "../../src/base/backoff.js";

const firstPauses = [0, 1, 2, 3, 4];

it("A pause of the back-off doubles until it reaches its limit.", () => {
  const delays = firstPauses.map((pauses) => backoffDelay(pauses, { initialMs: 100, maxMs: 500 }));
  expect(delays).toEqual([100, 200, 400, 500, 500]);
  expect(backoffDelay(5_000, { initialMs: 100, maxMs: 500 })).toBe(500);
});

it("A pause of the back-off is at its limit from the start where the first one would be longer.", () => {
  expect(backoffDelay(0, { initialMs: 900, maxMs: 500 })).toBe(500);
});

it.each([
  [0, 100, 100],
  [0.5, 50, 100],
  [1, 0, 100],
])("The random share of a pause of the back-off is its jitter, here %d.", (jitter, shortest, longest) => {
  const delayFor = (random: number) => backoffDelay(0, { initialMs: 100, maxMs: 500, jitter }, () => random);
  expect(delayFor(0)).toBe(shortest);
  expect(delayFor(1)).toBe(longest);
});

it("The pauses of the widget are half to one and a half times 500 ms, doubled up to 10 seconds.", () => {
  const curve = { initialMs: 750, maxMs: 15_000, jitter: 2 / 3 };
  for (const failures of [0, 1, 4, 5, 40]) {
    for (const random of [0, 0.25, 0.999]) {
      const expected = (0.5 + random) * Math.min(10_000, 500 * 2 ** failures);
      expect(backoffDelay(failures, curve, () => random)).toBeCloseTo(expected, 6);
    }
  }
});
