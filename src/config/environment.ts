import type { ReportedProblem } from "./config_error.js";
import { configSchema } from "./schema/config_schema.js";
import { isMap, type Setting, settingsOf } from "./schema/schema_tree.js";
import { suggestSpelling } from "./suggest_spelling.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that names the configuration file. The only one of ours that is not a value of the configuration. */
export const configFileVariable = "QRLOGIN_CONFIG";

const prefix = "QRLOGIN_";

/** A value of the configuration that is set by an environment variable. */
export interface EnvironmentValue {
  readonly variable: string;
  readonly setting: Setting;
  /** Text that does not have the form of the setting is left as it is, for the schema to refuse. */
  readonly value: unknown;
}

/** The name of a setting's variable: `QRLOGIN_` and the path in capitals, the words of a key apart. */
export function variableNameOf(path: readonly string[]): string {
  return prefix + path.map((key) => key.replaceAll(/[A-Z]/g, "_$&").toUpperCase()).join("_");
}

const settings = new Map(
  settingsOf(configSchema).map((setting) => [normalizeName(variableNameOf(setting.path)), setting]),
);

/** The values that the environment sets, maps before what they hold, and the variables that mean nothing. */
export function readEnvironment(env: Environment): {
  readonly values: readonly EnvironmentValue[];
  readonly problems: readonly ReportedProblem[];
} {
  const values = new Map<Setting, EnvironmentValue>();
  const problems: ReportedProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith(prefix) || variable === configFileVariable) continue;
    const setting = settings.get(normalizeName(variable));
    const other = setting && values.get(setting);
    if (!setting) problems.push({ path: variable, message: unknownVariableMessage(variable) });
    else if (other) problems.push({ path: variable, message: `sets the same value as ${other.variable}` });
    else values.set(setting, { variable, setting, value: parseValue(text, setting) });
  }
  const parentsFirst = [...values.values()].sort((a, b) => a.setting.path.length - b.setting.path.length);
  return { values: parentsFirst, problems };
}

/** The content of the file with the values of the environment in place of its own. */
export function applyEnvironment(content: unknown, values: readonly EnvironmentValue[]): unknown {
  return values.reduce((node, { setting, value }) => setAtPath(node, setting.path, value), content);
}

function setAtPath(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (node === undefined) return { [key]: setAtPath(undefined, rest, value) };
  // Something else stands where a map must be: that mistake is the schema's to name.
  return isMap(node) ? { ...node, [key]: setAtPath(node[key], rest, value) } : node;
}

function parseValue(text: string, { type }: Setting): unknown {
  switch (type) {
    case "text":
      return text;
    case "number":
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    case "list":
    case "map":
      return parseJson(text);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may hold a secret; the schema says what must stand here instead.
    return text;
  }
}

/** `MESSAGE_BYTES` and `MESSAGEBYTES` are one name. */
function normalizeName(variable: string): string {
  return variable.slice(prefix.length).replaceAll("_", "");
}

function unknownVariableMessage(variable: string): string {
  const names = [configFileVariable, ...[...settings.values()].map(({ path }) => variableNameOf(path))];
  const suggestion = suggestSpelling(variable, names);
  return `is not a variable of the configuration${suggestion ? `; did you mean ${suggestion}?` : ""}`;
}
