import type { Policy } from "../../domain/policy.js";
import type { PolicyConfig } from "../config.js";
import { policySchema } from "../schema/policy_schema.js";
import { type Setting, settingsOf } from "../schema/schema_tree.js";
import { formatDuration } from "../schema/values.js";

/** Value of a policy, by its path such as `checkCode.mode`. */
export interface PolicyValue {
  readonly path: readonly string[];
  /** Text as in the configuration file; undefined if the value is not set. */
  readonly text: string | undefined;
}

const settings = settingsOf(policySchema).filter(({ type }) => type !== "map");

/** Returns every value of a policy, or of one level of it, in the order of the schema. */
export function policyValuesOf(policy: Policy | PolicyConfig): readonly PolicyValue[] {
  return settings.map((setting) => {
    const value = setting.path.reduce<unknown>(
      (node, key) => (node as Record<string, unknown> | undefined)?.[key],
      policy,
    );
    return { path: setting.path, text: value === undefined ? undefined : format(setting, value) };
  });
}

/** Formats a value as in the configuration file, where a duration is a text and a number in the program. */
function format({ type }: Setting, value: unknown): string {
  return type === "text" && typeof value === "number" ? formatDuration(value) : String(value);
}
