import { defaultPolicy, type Policy } from "../domain/policy.js";
import type { AppConfig, Config, PolicyConfig, UserPoolConfig } from "./config.js";

type ConfigWithPolicies = Pick<Config, "policy" | "userPools">;

/**
 * Returns the effective policy of an app. Each value comes from the most specific level that sets it: the app, its user
 * pool, the section `policy`, and else the defaults.
 */
export function resolvePolicy(config: ConfigWithPolicies, app: AppConfig): Policy {
  const pool = config.userPools.find(({ id }) => id === app.userPool);
  return mergeLevels([config.policy, pool?.policy, app.policy]);
}

/** Returns the policy of a user pool: that of an app without a policy of its own. */
export function resolveUserPoolPolicy({ policy }: Pick<Config, "policy">, pool: UserPoolConfig): Policy {
  return mergeLevels([policy, pool.policy]);
}

function mergeLevels(levels: readonly (PolicyConfig | undefined)[]): Policy {
  return {
    checkCode: merge("checkCode", levels),
    qrRotation: merge("qrRotation", levels),
    limits: merge("limits", levels),
  };
}

function merge<Section extends keyof Policy>(
  section: Section,
  levels: readonly (PolicyConfig | undefined)[],
): Policy[Section] {
  const values = levels.flatMap((level) => Object.entries(level?.[section] ?? {}));
  return {
    ...defaultPolicy[section],
    ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
  };
}
