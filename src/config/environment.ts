import { suggestSpelling } from "../base/suggest_spelling.js";
import type { ReportedProblem } from "./config_error.js";
import { readSecretLine, readSecretText } from "./files/read_secret.js";
import { configSchema } from "./schema/config_schema.js";
import { isMap, type Path, type Setting, settingsOf } from "./schema/schema_tree.js";
import { counterpartOf } from "./secret_files.js";
import { variablePrefix as prefix, variableNameOf } from "./variable_name.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variable that names the configuration file. */
export const configFileVariable = "QRLOGIN_CONFIG";

/** Variable with the secret of the commands of administrators. It is no part of the configuration. */
export const adminSecretVariable = "QRLOGIN_ADMIN_SECRET";

/** Variable with the name of a file that has this secret. */
export const adminSecretFileVariable = "QRLOGIN_ADMIN_SECRET_FILE";

const otherVariables: readonly string[] = [configFileVariable, adminSecretVariable, adminSecretFileVariable];

const fileSuffix = "_FILE";

/** Configuration value set by an environment variable. */
export interface EnvironmentValue {
  readonly variable: string;
  readonly setting: Setting;
  /**
   * Parsed value. Text that does not match the type of the setting is kept as it is; the schema rejects it.
   */
  readonly value: unknown;
  /** File that has the value, if the variable names one. */
  readonly file?: string | undefined;
}

const settings = new Map(
  settingsOf(configSchema).map((setting) => [normalizeName(variableNameOf(setting.path)), setting]),
);

/**
 * Reads the values that the environment sets, with maps before the values in them. Reports unknown variables. A
 * variable with the suffix `_FILE` names a file that has the value.
 */
export function readEnvironment(env: Environment): {
  readonly values: readonly EnvironmentValue[];
  readonly problems: readonly ReportedProblem[];
  /** Files that variables name. */
  readonly files: readonly string[];
} {
  const values = new Map<Setting, EnvironmentValue>();
  const problems: ReportedProblem[] = [];
  const files: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith(prefix) || otherVariables.includes(variable)) continue;
    const own = settings.get(normalizeName(variable));
    const setting = own ?? settingInFile(variable);
    const other = setting && values.get(setting);
    if (!setting) problems.push({ path: variable, message: unknownVariableMessage(variable) });
    else if (other) problems.push({ path: variable, message: `sets the same value as ${other.variable}` });
    else if (own) values.set(setting, { variable, setting, value: parseValue(text, setting) });
    else {
      const read = readValueFile(text, setting);
      files.push(text);
      if ("failure" in read) problems.push({ path: variable, message: `${read.failure} (${text})` });
      else values.set(setting, { variable, setting, value: parseValue(read.text, setting), file: text });
    }
  }
  const parentsFirst = [...values.values()].sort((a, b) => a.setting.path.length - b.setting.path.length);
  return { values: parentsFirst, problems, files };
}

/**
 * Returns the variable that sets the value at a path of the configuration: the last one on the path, since later ones
 * are nested more deeply.
 */
export function variableFor(path: Path, values: readonly EnvironmentValue[]): EnvironmentValue | undefined {
  return values.findLast(({ setting }) => setting.path.every((key, index) => path[index] === key));
}

/**
 * Returns the content of the file, overridden by the values of the environment. A variable with a secret also overrides
 * the name of a file in which the content has that secret, and the reverse.
 */
export function applyEnvironment(content: unknown, values: readonly EnvironmentValue[]): unknown {
  const overridden = values.reduce(
    (node, { setting }) => removeAtPath(node, counterpartOf(setting.path)),
    content,
  );
  return values.reduce((node, { setting, value }) => setAtPath(node, setting.path, value), overridden);
}

function removeAtPath(node: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || !isMap(node) || !(key in node)) return node;
  const { [key]: value, ...others } = node;
  return rest.length === 0 ? others : { ...node, [key]: removeAtPath(value, rest) };
}

/** Returns the setting whose value is in a file that a variable names; undefined if there is none. */
function settingInFile(variable: string): Setting | undefined {
  if (!variable.endsWith(fileSuffix)) return undefined;
  return settings.get(normalizeName(variable.slice(0, -fileSuffix.length)));
}

function readValueFile(
  file: string,
  { type }: Setting,
): { readonly text: string } | { readonly failure: string } {
  // JSON may have several lines.
  if (type === "list" || type === "map") return readSecretText(file);
  const read = readSecretLine(file);
  return "failure" in read ? read : { text: read.line };
}

function setAtPath(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (node === undefined) return { [key]: setAtPath(undefined, rest, value) };
  // A map is required here. The schema reports the value that is here instead.
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
    // The parser's message quotes the text, which may contain a secret. The schema reports what is expected.
    return text;
  }
}

/** Returns the name without prefix and underscores, so that `MESSAGE_BYTES` and `MESSAGEBYTES` are equal. */
function normalizeName(variable: string): string {
  return variable.slice(prefix.length).replaceAll("_", "");
}

function unknownVariableMessage(variable: string): string {
  const names = [configFileVariable, ...[...settings.values()].map(({ path }) => variableNameOf(path))];
  const suggestion = suggestSpelling(variable, names);
  const close = suggestion === undefined ? findRelated(variable, names) : [suggestion];
  return `is not a configuration variable${close.length > 0 ? `; did you mean ${close.join(" or ")}?` : ": unset it"}`;
}

/** Largest number of variables that a message suggests. */
const maxSuggestions = 3;

/** Returns the variables that end like this one, or else those that begin like it; none if there are too many. */
function findRelated(variable: string, names: readonly string[]): readonly string[] {
  const words = variable.slice(prefix.length).split("_");
  const few = (found: readonly string[]) => (found.length <= maxSuggestions ? found : []);
  const endingAlike = few(names.filter((name) => name.endsWith(`_${words.join("_")}`)));
  if (endingAlike.length > 0) return endingAlike;
  for (let count = words.length - 1; count > 0; count -= 1) {
    const beginning = `${prefix}${words.slice(0, count).join("_")}`;
    const inside = names.filter((name) => name.startsWith(`${beginning}_`));
    if (inside.length > 0) return few(inside);
    if (names.includes(beginning)) return [beginning];
  }
  return [];
}
