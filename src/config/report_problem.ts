import * as z from "zod";
import { formatPath, type Problem, type ReportedProblem } from "./config_error.js";
import { type EnvironmentValue, variableFor } from "./environment.js";
import type { YamlFile } from "./files/yaml_file.js";
import { configSchema } from "./schema/config_schema.js";
import { explainScalar } from "./schema/explain_scalar.js";
import { type Path, schemaAt } from "./schema/schema_tree.js";

/** Sources of the values of a configuration. */
export interface Origins {
  /** Values of the environment, which take precedence. */
  readonly values: readonly EnvironmentValue[];
  readonly yaml?: YamlFile | undefined;
  /** Name of the file, for a problem of the whole content. */
  readonly file?: string | undefined;
}

/** Returns a problem of the merged configuration with the origin of its value: a variable, or a place in the file. */
export function reportProblem(found: Problem, { values, yaml, file }: Origins): ReportedProblem {
  const problem = withMeaning(found);
  const { path, other } = problem;
  const name = formatPath(path) || (file ?? "configuration");
  const origin = variableFor(path, values);
  if (origin) return { path: formatPath(path), message: describeFromVariable(problem, origin) };
  const otherPosition = other && !variableFor(other, values) ? yaml?.locate(other) : undefined;
  const position = yaml?.locate(path, problem.at);
  return {
    path: name,
    message: describeInFile(problem, yaml),
    ...(position && { position }),
    ...(other && otherPosition && { other: { path: formatPath(other), position: otherPosition } }),
  };
}

/** Adds to the report of a missing key what it means, as its reference says. */
function withMeaning(problem: Problem): Problem {
  if (problem.message !== "is missing") return problem;
  const schema = schemaAt(configSchema, problem.path);
  const [meaning] = (schema && z.globalRegistry.get(schema)?.description)?.split(/\.(?: |$)/) ?? [];
  if (meaning === undefined) return problem;
  const text = meaning.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("`", "");
  return { ...problem, message: `is missing: ${text}` };
}

function describeFromVariable(
  { path, message }: Problem,
  { variable, setting, value }: EnvironmentValue,
): string {
  if (!["list", "map"].includes(setting.type)) return `${message} (from ${variable})`;
  const isNotJson = typeof value === "string" && path.length === setting.path.length;
  if (!isNotJson) return `${message} (from ${variable} as JSON)`;
  const [kind, example] = setting.type === "list" ? ["a list", "[…]"] : ["a map", '{"key":"value"}'];
  return (
    `must be ${kind} as JSON, such as ${example}, with double quotes around keys and texts, and no comma after the ` +
    `last entry (from ${variable})`
  );
}

/** Returns the message, or a better one that follows from how the value is written. */
function describeInFile({ path, message, at }: Problem, yaml: YamlFile | undefined): string {
  if (path.length === 0 && at === undefined) return `${message}: write KEY: VALUE, with a colon and a space`;
  const scalar = at === "key" ? undefined : yaml?.scalarAt(path);
  const schema = schemaAt(configSchema, path);
  return (scalar && schema && explainScalar(schema, scalar)) ?? message;
}

/** Returns whether two paths are the same. */
export function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
