import { expect, it } from "vitest";
import { skipLine } from "../support/skip_reporter.js";

it("the line about skipped tests counts them by reason and names the command that runs them", () => {
  const titles = [
    "a store (SKIPPED: needs Redis) reads",
    "a store (SKIPPED: needs Redis) writes",
    "b (SKIPPED: needs Go)",
  ];
  expect(skipLine(titles)).toBe(
    "SKIPPED 3 tests, which need: Redis (2), Go (1). Run them with: npm run test:all",
  );
});

it("there is no line where nothing is skipped, or only by a filter of the command line", () => {
  expect(skipLine([])).toBeUndefined();
  expect(skipLine(["a test that the filter leaves out"])).toBeUndefined();
});
