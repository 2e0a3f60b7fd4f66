import { type Config, noPolicy } from "../config.js";
import { changesBetween } from "./config_changes.js";
import { policyValuesOf } from "./policy_values.js";

/** Result of a reload. */
export interface PolicyReload {
  /** The running configuration with the policies of the new one. */
  readonly config: Config;
  /** Changed values, such as `apps[shop].policy.checkCode.mode: off -> always`. */
  readonly changes: readonly string[];
  /** Paths of other changes, which only a restart applies. */
  readonly restartPaths: readonly string[];
}

/**
 * Returns the running configuration with the policies of another one. The policy of an app or a user pool that the
 * other one lacks stays as it is.
 */
export function reloadPolicy(running: Config, loaded: Config): PolicyReload {
  const config: Config = {
    ...running,
    policy: loaded.policy,
    userPools: withPolicies(running.userPools, loaded.userPools),
    apps: withPolicies(running.apps, loaded.apps),
  };
  return {
    config,
    changes: changesBetween(policyTextsOf(running), policyTextsOf(config)).map(
      ({ path, before, after }) => `${path}: ${before ?? "not set"} -> ${after ?? "not set"}`,
    ),
    restartPaths: changesBetween(withoutPolicies(running), withoutPolicies(loaded)).map(({ path }) => path),
  };
}

type Holder = Config["apps"][number] | Config["userPools"][number];

function withPolicies<T extends Holder>(running: readonly T[], loaded: readonly T[]): readonly T[] {
  return running.map((entry) => {
    const other = loaded.find(({ id }) => id === entry.id);
    return other ? { ...entry, policy: other.policy } : entry;
  });
}

/** Returns the values of all levels by path, as in the configuration file. */
function policyTextsOf({ policy, userPools, apps }: Config): Readonly<Record<string, string | undefined>> {
  const levels = [
    { path: "policy", policy },
    ...userPools.map((pool) => ({ path: `userPools[${pool.id}].policy`, policy: pool.policy })),
    ...apps.map((app) => ({ path: `apps[${app.id}].policy`, policy: app.policy })),
  ];
  return Object.fromEntries(
    levels.flatMap((level) =>
      policyValuesOf(level.policy).map(({ path, text }) => [`${level.path}.${path.join(".")}`, text]),
    ),
  );
}

function withoutPolicies(config: Config): Config {
  const strip = <T extends Holder>(entries: readonly T[]) =>
    entries.map((entry) => ({ ...entry, policy: noPolicy }));
  return { ...config, policy: noPolicy, userPools: strip(config.userPools), apps: strip(config.apps) };
}
