import type { AttackOptions } from "./command_line.js";
import { developmentApps, developmentToken } from "./development_identities.js";
import type { Report } from "./report.js";
import { type Row, runScenarios } from "./run.js";
import type { PolicyDefence, Scenario } from "./scenario.js";
import { scenarios as allScenarios } from "./scenarios.js";
import type { Wait } from "./world/attempt.js";
import { createWorld, type ObservedPolicy, type Target } from "./world/world.js";

/** What a test replaces. */
export interface AttackContext {
  readonly wait: Wait;
  /** Scenarios to play; all of them by default. */
  readonly scenarios?: readonly Scenario[];
}

/**
 * Attacks a target with all scenarios. Resolves with the report.
 *
 * @throws Error when the target cannot be reached, or does not accept the identities.
 */
export async function attack(
  options: AttackOptions,
  { wait, scenarios = allScenarios }: AttackContext,
): Promise<Report> {
  const { expected, maxWaitMs } = options;
  const world = await createWorld(await targetOf(options), { wait, maxWaitMs, expected });
  try {
    const rows = await runScenarios(scenarios, world);
    return {
      target: options.target,
      policy: world.policy,
      rows: [...missingDefences(world.policy, expected), ...rows],
    };
  } finally {
    world.close();
  }
}

/** Completes the identities with those of development mode. */
async function targetOf({ app, otherApp, token, otherToken, ...options }: AttackOptions): Promise<Target> {
  return {
    address: options.target,
    ...(options.tls !== undefined && { tls: options.tls }),
    gatewayUrl: options.gateway,
    app: app ?? developmentApps.app,
    otherApp: otherApp ?? (app ? undefined : developmentApps.otherApp),
    token: token ?? (await developmentToken("alice")),
    otherToken: otherToken ?? (await developmentToken("bob")),
    admin: options.admin && { id: options.admin.appId, secret: options.admin.appSecret },
  };
}

/** Returns a failed row for each expected defence that the contract shows to be off. */
function missingDefences(policy: ObservedPolicy, expected: ReadonlySet<PolicyDefence>): readonly Row[] {
  const isOff = {
    "check-code": policy.checkCodeDigits === 0,
    rotation: policy.codeIntervalMs === 0,
  } as const;
  return (["check-code", "rotation"] as const)
    .filter((defence) => expected.has(defence) && isOff[defence])
    .map((defence) => ({
      threat: "T1",
      title: `QRLjacking: the policy of the app has the defence ${defence}`,
      defence,
      result: "failed",
      why: "expected, but the contract shows that it is off",
      tries: [],
      victimSees: [],
    }));
}
