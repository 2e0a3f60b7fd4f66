import { expect, it } from "vitest";
import { rateLimitStore } from "../../src/gateway/access/rate_limit_store.js";
import { createManualClock } from "../support/clock.js";

const options = {};
const timeWindow = 1_000;

function createStore(maxKeys: number) {
  const clock = createManualClock();
  const store = new (rateLimitStore(clock, maxKeys))(options);
  const count = (key: string) => {
    let current: number | undefined;
    store.incr(
      key,
      (_error, result) => {
        current = result?.current;
      },
      timeWindow,
      1_000,
    );
    return current;
  };
  return { clock, count };
}

it("A window of the rate limits ends after its time, however often its caller calls.", () => {
  const { clock, count } = createStore(2);
  expect([count("a"), count("a")]).toEqual([1, 2]);
  clock.advance(timeWindow - 1);
  expect(count("a")).toBe(3);
  clock.advance(1);
  expect(count("a")).toBe(1);
});

it("The rate limits forget the caller whose window is the oldest, and not the one who has called least recently.", () => {
  const { clock, count } = createStore(2);
  count("a");
  clock.advance(1);
  count("b");
  expect(count("a")).toBe(2);
  count("c");
  expect(count("b")).toBe(2);
  expect(count("a")).toBe(1);
});
