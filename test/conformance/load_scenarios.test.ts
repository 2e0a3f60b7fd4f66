import { expect, test } from "vitest";
import { loadKnownGaps, loadScenarios, readScenarios } from "../../conformance/player/load_scenarios.js";
import { errorReasons } from "../../src/domain/ticket_error.js";

/** Returns the lines of the error. */
function mistakesIn(text: string): string {
  try {
    readScenarios([["a.yaml", text]]);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("the scenarios of the repository have no mistakes, and names of their own", () => {
  const { scenarios } = loadScenarios();
  expect(scenarios.length).toBeGreaterThan(400);
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

test("the scenarios meet every reason that a client can get, but the one of administrators", () => {
  const expected = new Set(JSON.stringify(loadScenarios()).match(/"reason":"[A-Z_]+"/g));
  const missing = errorReasons.filter((reason) => !expected.has(`"reason":"${reason}"`));
  expect(missing).toEqual(["ADMIN_UNAUTHENTICATED"]);
});

test("the known gaps name languages and scenarios that there are", () => {
  const names = loadScenarios().scenarios.map(({ name }) => name);
  for (const { scenario } of loadKnownGaps()) expect(names).toContain(scenario);
});

test("all mistakes of a file are reported together, by path", () => {
  const mistakes = mistakesIn(`
scenarios:
  - name: one
    about: a test
    steps:
      - { call: CreateTickets, by: shop }
      - { network: explode }
      - { dance: now }
      - { clock: soon }
  - name: two
    steps: []
    colour: red
`);
  expect(mistakes).toContain("a.yaml: scenarios.0.steps.0.call: Invalid option");
  expect(mistakes).toContain("a.yaml: scenarios.0.steps.1.network: Invalid option");
  expect(mistakes).toContain("a.yaml: scenarios.0.steps.2: must have one of these keys");
  expect(mistakes).toContain("a.yaml: scenarios.0.steps.3.clock: must be a duration such as 500ms");
  expect(mistakes).toContain("a.yaml: scenarios.1.about:");
  expect(mistakes).toContain("a.yaml: scenarios.1.steps:");
  expect(mistakes).toContain('"colour"');
});

test("a file that is not YAML is reported", () => {
  expect(mistakesIn("scenarios: [")).toContain("a.yaml: ");
});

test.each([
  ["{ play: nothing }", "there is no fragment nothing"],
  ["{ finish: nothing }", "nothing has not begun"],
  ["{ call: GetStatus, by: shop, begin: one }", "one begins and never finishes"],
  ["{ call: GetStatus, by: shop, begin: one, gives: {} }", "in its finish"],
  ["{ call: GetStatus, by: shop, times: 2 }", "times and outcomes belong together"],
  ["{ call: GetStatus, by: shop, times: 3, outcomes: [{ count: 2 }] }", "the outcomes are 2, the calls 3"],
  ["{ call: GetStatus, by: shop, gives: {}, fails: { code: NOT_FOUND } }", "more than one of gives"],
])("the step %s is a mistake", (step, mistake) => {
  expect(mistakesIn(`scenarios: [{ name: one, about: a test, steps: [${step}] }]`)).toContain(mistake);
});

test("two scenarios with one name are a mistake", () => {
  const scenario = "{ name: one, about: a test, steps: [{ clock: 1s }] }";
  expect(mistakesIn(`scenarios: [${scenario}, ${scenario}]`)).toContain('two scenarios with the name "one"');
});

test("a table must have each of its cells, and no others", () => {
  const mistakes = mistakesIn(`
table:
  about: a test
  states:
    PENDING: { is: PENDING, steps: [{ clock: 1s }] }
    SCANNED: { is: SCANNED, steps: [{ clock: 1s }] }
  calls:
    Withdraw: [{ call: Withdraw, by: shop }]
  cells:
    Withdraw: { PENDING: nowhere, AUTHORIZED: { gives: {} } }
    Cancel: { PENDING: { gives: {} } }
`);
  expect(mistakes).toContain("table.cells.Withdraw.AUTHORIZED: there is no such state");
  expect(mistakes).toContain("table.cells.Cancel: there is no such call");
  expect(mistakes).toContain("table.cells.Withdraw.PENDING: is missing, or names no outcome");
  expect(mistakes).toContain("table.cells.Withdraw.SCANNED: is missing, or names no outcome");
});
