import { defaultPolicy, type Policy } from "../../domain/policy.js";
import type { AppConfig, Config, PolicyConfig, UserPoolConfig } from "../config.js";

type ConfigWithPolicies = Pick<Config, "policy" | "userPools">;

/** Parts of a configuration that policies come from. */
export type PolicySources = ConfigWithPolicies & Pick<Config, "apps">;

/** Level of the configuration that can set values of a policy. */
export interface PolicyLevel {
  /** Path of the level: `policy`, `userPools[ID].policy` or `apps[ID].policy`. */
  readonly path: string;
  readonly policy: PolicyConfig;
}

/** Returns the levels that apply to an app, the most specific one last. */
export function policyLevelsOf(config: ConfigWithPolicies, app: AppConfig): readonly PolicyLevel[] {
  const pool = config.userPools.find(({ id }) => id === app.userPool);
  return [
    { path: "policy", policy: config.policy },
    ...(pool ? [{ path: `userPools[${pool.id}].policy`, policy: pool.policy }] : []),
    { path: `apps[${app.id}].policy`, policy: app.policy },
  ];
}

/**
 * Returns the effective policy of an app. Each value comes from the most specific level that sets it: the app, its user
 * pool, the section `policy`, and else the defaults.
 */
export function resolvePolicy(config: ConfigWithPolicies, app: AppConfig): Policy {
  return mergeLevels(policyLevelsOf(config, app).map(({ policy }) => policy));
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
