import type { AttackOptions } from "./command_line.js";
import { developmentApps, developmentToken } from "./development_identities.js";
import type { Report } from "./report.js";
import { runScenarios } from "./run.js";
import type { Scenario } from "./scenario.js";
import { scenarios as allScenarios } from "./scenarios.js";
import type { Wait } from "./world/attempt.js";
import { createWorld, type Target } from "./world/world.js";

/** Dependencies that a test replaces. */
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
  const world = await createWorld(await targetOf(options), { wait, expected: options.expected });
  try {
    return { target: options.target, policy: world.policy, rows: await runScenarios(scenarios, world) };
  } finally {
    world.close();
  }
}

/** Completes the identities with those of development mode. */
async function targetOf({ app, otherApp, token, otherToken, ...options }: AttackOptions): Promise<Target> {
  const tokens = await Promise.all([
    token ?? developmentToken("alice"),
    otherToken ?? developmentToken("bob"),
  ]);
  return {
    address: options.target,
    ...(options.tls !== undefined && { tls: options.tls }),
    gatewayUrl: options.gateway,
    app: app ?? developmentApps.app,
    otherApp: otherApp ?? (app ? undefined : developmentApps.otherApp),
    token: tokens[0],
    otherToken: tokens[1],
    admin: options.admin && { id: options.admin.appId, secret: options.admin.appSecret },
  };
}
