import type { Policy } from "../../domain/policy.js";
import type { Config } from "../config.js";
import { resolvePolicy } from "../policy/resolve_policy.js";

/** Something in a valid configuration that its author may not want. */
export interface ConfigWarning {
  /** Setting to look at, such as `gateway.authingApi`. */
  readonly setting: string;
  readonly warning: string;
}

/** Returns the warnings about policies that have not the effect that their author may expect. */
export function findPolicyWarnings(config: Config): readonly ConfigWarning[] {
  return [...findAuthingWarnings(config), ...findShortRotations(config)];
}

/**
 * Returns the warnings about apps whose policy an API of the gateway cannot meet. They are no problems, since the other
 * API can. Returns none for an app that only one of the two sections has.
 */
function findAuthingWarnings(config: Config): readonly ConfigWarning[] {
  const { gateway, apps } = config;
  if (!gateway?.authingApi) return [];
  const served = apps.filter(({ id }) => gateway.apps.some((each) => each.id === id));
  const warn = (applies: (policy: Policy) => boolean, describe: (names: string) => string) => {
    const names = served.filter((app) => applies(resolvePolicy(config, app))).map(({ id }) => id);
    if (names.length === 0) return [];
    const warning = `${describe(names.join(", "))}; set gateway.authingApi to false unless other apps use it`;
    return [{ setting: "gateway.authingApi", warning }];
  };
  return [
    ...warn(
      ({ checkCode }) => checkCode.mode !== "off",
      (names) =>
        `the Authing-compatible API creates no codes for ${names}, since it cannot ask for a check code`,
    ),
    // If the app needs a check code as well, that API creates no codes at all.
    ...warn(
      ({ checkCode, qrRotation }) => checkCode.mode === "off" && qrRotation.interval > 0,
      (names) =>
        `the codes that the Authing-compatible API creates for ${names} do not change, since it cannot show the next ` +
        "one, so their stored pictures can be scanned",
    ),
  ];
}

/** Returns a warning for each app whose changing codes end before the shortest lifetime of a ticket. */
function findShortRotations(config: Config): readonly ConfigWarning[] {
  return config.apps.flatMap((app, index) => {
    const { interval, maxSteps } = resolvePolicy(config, app).qrRotation;
    const total = interval * maxSteps;
    if (interval === 0 || total >= config.tickets.minTtl) return [];
    const warning =
      `a ticket of ${app.id} expires after ${total / 1_000}s, when its last code would be replaced, and so before ` +
      "tickets.minTtl; raise interval or maxSteps";
    return [{ setting: `apps[${index}].policy.qrRotation`, warning }];
  });
}
