import type { Defence } from "./defence.js";
import type { Finding, Scenario, Try } from "./scenario.js";
import type { World } from "./world/world.js";

/**
 * The result of a scenario:
 *
 *  - `held`: no try succeeded.
 *  - `open`: the attack succeeded, and nothing is promised against it with this policy.
 *  - `failed`: the attack succeeded although the contract or the policy promises a defence, or the scenario could not
 *    be played to its end.
 *  - `not applicable`: the scenario was not played.
 */
export type Result = "held" | "open" | "failed" | "not applicable";

/** One row of the report. */
export interface Row {
  readonly threat: string;
  readonly title: string;
  readonly defence: Defence;
  readonly result: Result;
  /** Meaning of a success, or the reason why the scenario was not played to its end; empty if the tries say it all. */
  readonly why: string;
  readonly tries: readonly Try[];
  readonly victimSees: readonly string[];
}

/** Plays the scenarios one after the other. Resolves with one row for each. */
export async function runScenarios(scenarios: readonly Scenario[], world: World): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    // The users take turns, because a target limits the scans of each.
    const cast = index % 2 === 0 ? world : withRolesSwapped(world);
    rows.push(await playScenario(scenario, cast));
  }
  return rows;
}

function withRolesSwapped(world: World): World {
  const { victim, stranger, tokens } = world;
  return {
    ...world,
    victim: stranger,
    stranger: victim,
    tokens: { victim: tokens.stranger, stranger: tokens.victim },
    approve: (screen, phone = stranger, website = world.website) => world.approve(screen, phone, website),
  };
}

async function playScenario(scenario: Scenario, world: World): Promise<Row> {
  const { threat, title, defence } = scenario;
  const row = (result: Result, why: string, finding: Finding = { tries: [] }): Row => ({
    threat,
    title,
    defence,
    result,
    why,
    tries: finding.tries,
    victimSees: finding.victimSees ?? [],
  });
  const obstacle = scenario.obstacle?.(world);
  if (obstacle !== undefined) return row("not applicable", obstacle);
  try {
    const finding = await scenario.play(world);
    if (!finding.tries.some(({ succeeded }) => succeeded)) return row("held", "", finding);
    return row(isPromised(world, defence) ? "failed" : "open", finding.meaning ?? "", finding);
  } catch (error) {
    return row("failed", error instanceof Error ? error.message : String(error));
  } finally {
    await world.cleanUp();
  }
}

/** Returns whether the contract, the policy that the target shows, or the operator promises the defence. */
function isPromised({ policy, target, expected }: World, defence: Defence): boolean {
  if (defence !== "core" && defence !== "none" && expected.has(defence)) return true;
  switch (defence) {
    case "core":
      return true;
    case "check-code":
      return policy.checkCodeDigits > 0;
    case "rotation":
      return policy.codeIntervalMs > 0;
    case "kill-switch":
      return target.admin !== undefined;
    // The contract does not tell the limits of a policy: `--expect limits` says that there are some.
    case "limits":
    case "none":
      return false;
  }
}
