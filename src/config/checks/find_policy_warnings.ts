import type { Config } from "../config.js";
import { resolvePolicy } from "../resolve_policy.js";

/** Something in a valid configuration that its author may not want. */
export interface ConfigWarning {
  /** Setting to look at, such as `gateway.authingApi`. */
  readonly setting: string;
  readonly warning: string;
}

/**
 * Returns the warnings about apps whose policy an API of the gateway cannot meet. They are no problems, since the other
 * API can. Returns none for an app that only one of the two sections has.
 */
export function findPolicyWarnings(config: Config): readonly ConfigWarning[] {
  const { gateway, apps } = config;
  if (!gateway?.authingApi) return [];
  const needCheckCode = apps
    .filter(({ id }) => gateway.apps.some((served) => served.id === id))
    .filter((app) => resolvePolicy(config, app).checkCode.mode !== "off")
    .map(({ id }) => id);
  if (needCheckCode.length === 0) return [];
  const warning =
    `the Authing-compatible API creates no codes for ${needCheckCode.join(", ")}, since it cannot ask for a check ` +
    "code; set gateway.authingApi to false unless other apps use it";
  return [{ setting: "gateway.authingApi", warning }];
}
