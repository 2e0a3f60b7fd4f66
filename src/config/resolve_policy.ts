import { defaultPolicy, type Policy } from "../domain/policy.js";
import type { AppConfig, Config, PolicyConfig } from "./config.js";

type ConfigWithPolicies = Pick<Config, "policy" | "userPools">;

/**
 * Returns the effective policy of an app. Each value comes from the most specific level that sets it: the app, its user
 * pool, the section `policy`, and else the defaults.
 */
export function resolvePolicy(config: ConfigWithPolicies, app: AppConfig): Policy {
  const pool = config.userPools.find(({ id }) => id === app.userPool);
  const levels = [config.policy, pool?.policy, app.policy];
  return {
    checkCode: merge("checkCode", levels),
    qrRotation: merge("qrRotation", levels),
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
