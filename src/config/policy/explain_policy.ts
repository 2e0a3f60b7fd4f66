import type { AppConfig, Config } from "../config.js";
import { type Environment, readEnvironment, variableFor } from "../environment.js";
import { policyValuesOf } from "./policy_values.js";
import { remainingAttacksOf } from "./remaining_attacks.js";
import { policyLevelsOf, resolvePolicy } from "./resolve_policy.js";

/**
 * Returns the effective policy of an app as text: each value with its origin, and the attacks that it leaves open.
 *
 * @param env Environment from which the configuration was read.
 * @throws Error when the configuration has no such app. The message lists the apps.
 */
export function explainPolicy(config: Config, appId: string, env: Environment): string {
  const app = config.apps.find(({ id }) => id === appId);
  if (!app) throw new Error(describeUnknownApp(appId, config.apps));
  const policy = resolvePolicy(config, app);
  const rows = policyValuesOf(policy).map(({ path, text }) => [
    path.join("."),
    text ?? "",
    originOf(path, config, app, env),
  ]);
  return [
    `Policy of the app ${app.id} (user pool ${app.userPool}):`,
    ...["", ...formatRows(rows)],
    ...["", "What it leaves open:"],
    ...["", ...remainingAttacksOf(policy).map((sentence) => `  - ${sentence}`)],
  ].join("\n");
}

function describeUnknownApp(appId: string, apps: readonly AppConfig[]): string {
  if (apps.length === 0) return `there is no app ${appId}: the configuration has no apps`;
  return `there is no app ${appId}; the apps are ${apps.map(({ id }) => id).join(", ")}`;
}

/** Returns the level that sets a value, and the variable if it comes from the environment. */
function originOf(path: readonly string[], config: Config, app: AppConfig, env: Environment): string {
  const level = policyLevelsOf(config, app).findLast(({ policy }) =>
    policyValuesOf(policy).some((value) => value.path.join() === path.join() && value.text !== undefined),
  );
  if (!level) return "default";
  const [list] = level.path.split("[");
  const variable = variableFor(
    list === "policy" ? ["policy", ...path] : [list ?? ""],
    readEnvironment(env).values,
  );
  return variable ? `${level.path} (from ${variable.variable})` : level.path;
}

function formatRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`);
}
