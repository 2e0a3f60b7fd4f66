import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createCast } from "../../conformance/player/cast.js";
import { readScenarios } from "../../conformance/player/load_scenarios.js";
import { playLanguage } from "../../conformance/player/play_language.js";

const fakeRunner = fileURLToPath(new URL("fake_runner.mjs", import.meta.url));

const call = (ticketId: string) => `
      - call: GetStatus
        by: shop
        with: { ticketId: ${ticketId}, ticketSecret: the-secret-of-a-ticket }
        fails: { code: NOT_FOUND, reason: TICKET_NOT_FOUND }`;

const suite = readScenarios([
  [
    "test.yaml",
    `
scenarios:
  - name: a scenario with a lie
    about: a test
    peer: { GetStatus: [{ ends: never }] }
    steps:${call("faulty")}
  - name: an honest one
    about: a test
    peer: { GetStatus: [{ ends: never }] }
    steps:${call("honest")}
`,
  ],
]);

/** Plays both scenarios with a runner that has the fault. Resolves with the failures by scenario. */
async function playWith(fault: string | undefined) {
  const results = await playLanguage({
    ...{ suite, scenarios: suite.scenarios, cast: await createCast() },
    runner: {
      command: [process.execPath, fakeRunner, ...(fault === undefined ? [] : [fault])],
      ...{ timeoutMs: 1_500, endTimeoutMs: 1_500 },
    },
  });
  return new Map(results.map(({ scenario, failure }) => [scenario, failure]));
}

test("an honest runner passes", async () => {
  expect([...(await playWith(undefined)).values()]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["wrong reason", /reason is "TICKET_EXPIRED", not "TICKET_NOT_FOUND"/],
  ["no reason", /reason is absent, not "TICKET_NOT_FOUND"/],
  ["wrong code", /code is "INTERNAL", not NOT_FOUND/],
  ["state in excess", /currentState is "SCANNED", not absent/],
  ["secret in the message", /the message of an error has a secret/],
  ["success instead of an error", /has given .*, not the error TICKET_NOT_FOUND/],
  ["silence", /has not answered within 1500 ms: call GetStatus/],
  ["crash", /the runner has ended with 7/],
  ["garbage", /not a result: Listening on port 8080/],
  ["result and error", /not a result/],
  ["another id", /a result for the command 1\d\d\d, which does not wait for one/],
])("a runner with the fault `%s` fails in the scenario at fault, and in no other", async (fault, message) => {
  const failures = await playWith(fault);
  expect(failures.get("a scenario with a lie")).toMatch(message);
  expect(failures.get("an honest one")).toBeUndefined();
});

test("a second result for a command is a fault of the runner", async () => {
  const failures = [...(await playWith("twice")).values()].filter((failure) => failure !== undefined);
  expect(failures).not.toEqual([]);
  expect(failures[0]).toMatch(/does not wait for one/);
});

test.each([
  ["no end", /does not end after its input has/],
  ["end with 5", /has ended with 5/],
])("a runner with the fault `%s` fails at its end", async (fault, message) => {
  const failures = await playWith(fault);
  expect(failures.get("The runner ends with 0 after the end of its input")).toMatch(message);
  expect(failures.get("an honest one")).toBeUndefined();
});

test("a program that does not exist is reported", async () => {
  const results = await playLanguage({
    ...{ suite, scenarios: suite.scenarios, cast: await createCast() },
    runner: { command: ["/nonexistent/runner"] },
  });
  expect(results.every(({ failure }) => failure?.includes("does not start"))).toBe(true);
});

test("a known gap does not fail the run, and one that passes does", async () => {
  const gaps = (scenario: string) => [{ language: "fake", scenario, why: "the library cannot" }];
  const options = { suite, scenarios: suite.scenarios, cast: await createCast() };
  const lying = { command: [process.execPath, fakeRunner, "wrong code"] as [string, ...string[]] };
  const [known] = await playLanguage({ ...options, runner: lying, gaps: gaps("a scenario with a lie") });
  expect(known?.gap).toBe("the library cannot");
  const passed = await playLanguage({ ...options, runner: lying, gaps: gaps("an honest one") });
  expect(passed.find(({ scenario }) => scenario === "an honest one")?.failure).toMatch(
    /listed in known_gaps.yaml/,
  );
});
