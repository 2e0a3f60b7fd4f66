import { type PolicySources, resolvePolicy, resolveUserPoolPolicy } from "../config/policy/resolve_policy.js";
import { defaultPolicy } from "../domain/policy.js";
import type { PolicySource } from "../service/limits/ticket_limits.js";
import type { Reloadable } from "./reload/reloadable.js";

/** The effective policies of all apps and user pools. Tickets keep what they were created with. */
export type Policies = PolicySource & Reloadable;

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
    async prepareReload(config) {
      const next = resolveAll(config);
      return () => {
        policies = next;
      };
    },
  };
}
