import type { Logger } from "pino";
import type { Config } from "../config/config.js";
import { ConfigError, formatProblem } from "../config/config_error.js";
import { reloadPolicy } from "../config/policy/policy_reload.js";
import { type PolicySources, resolvePolicy, resolveUserPoolPolicy } from "../config/policy/resolve_policy.js";
import { defaultPolicy } from "../domain/policy.js";
import type { PolicySource } from "../service/limits/ticket_limits.js";

/** The effective policies of all apps and user pools, which a reload replaces at once. */
export interface Policies extends PolicySource {
  replace(sources: PolicySources): void;
}

/** Creates the policies from a configuration. */
export function createPolicies(sources: PolicySources): Policies {
  const resolveAll = ({ apps, userPools, ...levels }: PolicySources) => ({
    apps: new Map(apps.map((app) => [app.id, resolvePolicy({ ...levels, userPools }, app)])),
    userPools: new Map(userPools.map((pool) => [pool.id, resolveUserPoolPolicy(levels, pool)])),
  });
  let policies = resolveAll(sources);
  return {
    ofApp: (appId) => policies.apps.get(appId) ?? defaultPolicy,
    ofUserPool: (userPoolId) => policies.userPools.get(userPoolId) ?? defaultPolicy,
    replace(next) {
      policies = resolveAll(next);
    },
  };
}

export interface PolicyReloaderOptions {
  /** Configuration that is running. */
  readonly config: Config;
  /**
   * Reads the configuration again.
   *
   * @throws ConfigError with all problems.
   */
  load(): Config;
  readonly log: Logger;
}

/**
 * Returns a function that reads the policies again, passes them to `apply` and logs the result. If there is any problem
 * in the configuration, nothing is applied. Changes outside of the policies are named in the log and not applied.
 */
export function createPolicyReloader({
  config,
  load,
  log,
}: PolicyReloaderOptions): (apply: (sources: PolicySources) => void) => void {
  let running = config;
  return (apply) => {
    let loaded: Config;
    try {
      loaded = load();
    } catch (error) {
      log.error(failureFieldsOf(error), "the configuration cannot be used; the policy stays as it was");
      return;
    }
    const reload = reloadPolicy(running, loaded);
    apply(reload.config);
    running = reload.config;
    log.info({ changes: reload.changes }, "policy reloaded");
    const paths = reload.restartPaths;
    if (paths.length > 0) log.warn({ paths }, "these changes of the configuration need a restart");
  };
}

/** Returns the problems of the configuration. Any other error is a fault, which must not end a running process. */
function failureFieldsOf(error: unknown): object {
  if (!(error instanceof ConfigError)) return { err: error };
  return { problems: error.problems.map(formatProblem) };
}
