import { describe, expect, it } from "vitest";
import type { Defence, PolicyDefence } from "../../attack/defence.js";
import { formatJson, formatReport, hasFailed, type Report } from "../../attack/report.js";
import { runScenarios } from "../../attack/run.js";
import { goal, holds, rejected, type Scenario } from "../../attack/scenario.js";
import type { World } from "../../attack/world/world.js";

const policy = { checkCodeDigits: 6, codeIntervalMs: 0, minPollIntervalMs: 500 };
const succeeds = { tries: [goal("the attacker tries", true, "signed in")], meaning: "The attacker is in." };

describe("the result of a scenario", () => {
  it.each([
    ["core", [], "failed"],
    ["check-code", [], "failed"],
    ["rotation", [], "open"],
    ["rotation", ["rotation"], "failed"],
    ["limits", [], "open"],
    ["limits", ["limits"], "failed"],
    ["none", ["check-code", "rotation", "limits"], "open"],
  ] as const)("an attack on %s that succeeds, with %j expected, is %s", async (defence, expected, result) => {
    const report = await play([scenario({ defence })], expected);
    expect(report.rows.map((row) => row.result)).toEqual([result]);
    expect(hasFailed(report)).toBe(result === "failed");
    expect(formatReport(report)).toContain("The attacker is in.");
  });

  it("an attack that is stopped has held", async () => {
    const stopped = { tries: [holds("the defence", true, "there")] };
    const report = await play([scenario({ play: async () => stopped })]);
    expect(report.rows).toMatchObject([{ result: "held", tries: stopped.tries }]);
  });

  it("a scenario with an obstacle is not played", async () => {
    const report = await play([scenario({ obstacle: () => "needs a gateway", play: unreachable })]);
    expect(report.rows).toMatchObject([{ result: "not applicable", why: "needs a gateway" }]);
  });

  it("a scenario that cannot be played to its end has failed, and the next one is played", async () => {
    const report = await play([
      scenario({ play: () => Promise.reject(new Error("the target went away")) }),
      scenario({ defence: "none" }),
    ]);
    expect(report.rows).toMatchObject([
      { result: "failed", why: "the target went away" },
      { result: "open" },
    ]);
  });

  it("the world is cleaned up after each scenario, also after a failed one", async () => {
    let cleaned = 0;
    const fails = scenario({ play: () => Promise.reject(new Error("failed")) });
    await play([fails, scenario({})], [], async () => {
      cleaned += 1;
    });
    expect(cleaned).toBe(2);
  });

  it("both users are victims by turns", async () => {
    const victims: unknown[] = [];
    const one = scenario({
      play: async ({ victim }) => {
        victims.push(victim);
        return { tries: [] };
      },
    });
    await play([one, one]);
    expect(victims).toEqual(["alice's phone", "bob's phone"]);
  });
});

describe("a try", () => {
  const failure = (reason: string) => ({ response: undefined, reason, error: undefined });

  it("is stopped by the promised reason alone", () => {
    expect(rejected("poll", failure("TICKET_NOT_FOUND"), "TICKET_NOT_FOUND").succeeded).toBe(false);
    for (const reason of ["INTERNAL", "RATE_LIMITED", "TICKET_EXPIRED"]) {
      const one = rejected("poll", failure(reason), "TICKET_NOT_FOUND");
      expect(one).toMatchObject({ succeeded: true, effect: `${reason} instead of TICKET_NOT_FOUND` });
    }
  });

  it("succeeds if the target accepts it", () => {
    const attempt = { response: {}, reason: undefined, error: undefined };
    expect(rejected("poll", attempt, "TICKET_NOT_FOUND")).toMatchObject({
      succeeded: true,
      effect: "accepted",
    });
  });
});

it("the JSON has the rows of the table and whether the target has failed", async () => {
  const json = JSON.parse(formatJson(await play([scenario({})])));
  expect(json).toMatchObject({ failed: true, policy, rows: [{ threat: "T4", result: "failed" }] });
});

function scenario(changes: Partial<Scenario> & { readonly defence?: Defence }): Scenario {
  return {
    threat: "T4",
    title: "Approval by another user",
    defence: "core",
    play: async () => succeeds,
    ...changes,
  };
}

async function play(
  scenarios: readonly Scenario[],
  expected: readonly PolicyDefence[] = [],
  cleanUp: () => Promise<void> = async () => {},
): Promise<Report> {
  const world = {
    ...{ policy, cleanUp, expected: new Set(expected), target: { admin: undefined } },
    ...{ victim: "alice's phone", stranger: "bob's phone", tokens: {} },
  } as unknown as World;
  return { target: "127.0.0.1:1", policy, rows: await runScenarios(scenarios, world) };
}

const unreachable = () => Promise.reject(new Error("must not be played"));
