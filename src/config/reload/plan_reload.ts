import { type Config, noPolicy } from "../config.js";
import { ConfigError, type ReportedProblem } from "../config_error.js";
import { policyValuesOf } from "../policy/policy_values.js";
import { isMap } from "../schema/schema_tree.js";
import { changesBetween } from "./config_changes.js";
import { reloadableSettings } from "./reloadable_settings.js";

/** Effect of a reload. */
export interface ReloadPlan {
  /** Running configuration with every reloadable setting of the one that was read. */
  readonly config: Config;
  /**
   * Paths of changed settings. Only policies have their values, as in
   * `apps[shop].policy.checkCode.mode: off -> always`. Other values may be secret.
   */
  readonly changes: readonly string[];
  /** Paths of other changes, which only a restart applies. */
  readonly restartPaths: readonly string[];
}

/** Process whose configuration is reloaded. Settings that it does not use are left out of a plan. */
export type ReloadedProcess = "service" | "gateway";

/**
 * Plans the change from the running configuration to one that was read.
 *
 * @throws ConfigError if apps would need what only a restart turns on. They could not sign in until then.
 */
export function planReload(running: Config, read: Config, process: ReloadedProcess): ReloadPlan {
  const config = reloadableSettings
    .filter((path) => isApplicable(path, running, read))
    .reduce((merged, path) => copySetting(merged, read, path), running);
  const problems = lockoutsOf(config, process);
  if (problems.length > 0) throw new ConfigError(problems);
  const pathsBetween = (before: Config, after: Config) =>
    changesBetween(relevantPart(before, process), relevantPart(after, process)).map(({ path }) => path);
  return {
    config,
    changes: [
      ...(process === "service" ? policyChanges(running, config) : []),
      ...pathsBetween(withoutPolicies(running), withoutPolicies(config)),
    ],
    restartPaths: pathsBetween(withoutPolicies(config), withoutPolicies(read)),
  };
}

/** Returns whether a running process can apply a setting. */
function isApplicable(path: readonly string[], running: Config, read: Config): boolean {
  // The admin service is only added at a start.
  if (path[0] === "admins") return running.admins.length > 0;
  // Likewise, TLS and client certificates are turned on and off only by a restart.
  if (path.at(-1)?.endsWith("File"))
    return valueAt(running, path) !== undefined && valueAt(read, path) !== undefined;
  return true;
}

/** Returns the apps that need a client certificate which the process neither asks for nor presents. */
function lockoutsOf({ grpc, apps, gateway }: Config, process: ReloadedProcess): ReportedProblem[] {
  const needsRestart = (path: string, setting: string) => ({
    path,
    message: `needs a restart, since a reload does not turn on ${setting}`,
  });
  if (process === "gateway")
    return gateway?.service.certFile !== undefined
      ? []
      : (gateway?.apps ?? [])
          .filter(({ secret }) => secret === undefined)
          .map(({ id }) => needsRestart(`gateway.apps[${id}]`, "gateway.service.certFile"));
  const asksForCertificates = grpc.tls !== undefined && grpc.tls.clientCertificates !== "none";
  if (asksForCertificates) return [];
  return apps
    .filter(({ certificateNames }) => certificateNames.length > 0)
    .map(({ id }) => needsRestart(`apps[${id}].certificateNames`, "grpc.tls.clientCertificates"));
}

function valueAt(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isMap(inner) ? inner[key] : undefined), node);
}

/** Returns `target` with the value that `source` has at a path, if both have all maps on the way. */
function copySetting<T>(target: T, source: unknown, [key, ...rest]: readonly string[]): T {
  if (key === undefined) return source as T;
  if (!isMap(target) || !isMap(source)) return target;
  return { ...target, [key]: copySetting(target[key], source[key], rest) };
}

function relevantPart(config: Config, process: ReloadedProcess): object {
  const { gateway, log, reload, ...service } = config;
  return process === "gateway" ? { gateway, log, reload } : { ...service, log, reload };
}

function policyChanges(before: Config, after: Config): string[] {
  return changesBetween(policyTextsOf(before), policyTextsOf(after)).map(
    (change) => `${change.path}: ${change.before ?? "not set"} -> ${change.after ?? "not set"}`,
  );
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

type Holder = Config["apps"][number] | Config["userPools"][number];

function withoutPolicies(config: Config): Config {
  const strip = <T extends Holder>(entries: readonly T[]) =>
    entries.map((entry) => ({ ...entry, policy: noPolicy }));
  return { ...config, policy: noPolicy, userPools: strip(config.userPools), apps: strip(config.apps) };
}
