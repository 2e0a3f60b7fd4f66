import type { Problem } from "../config_error.js";
import { isMap, type Path } from "../schema/schema_tree.js";
import { variableNameOf } from "../variable_name.js";

/** Value that a shell or a template should have replaced: `${NAME}`, `$NAME` or `{{ name }}`. */
const placeholder = /^\s*(?:\$\{[^{}]+\}|\$[A-Z][A-Z0-9_]{2,}|\{\{.*\}\})\s*$/;

/**
 * Returns a problem for each value that is still the placeholder of a variable. As a secret it would be valid, and
 * known to everybody who knows the template.
 */
export function findPlaceholders(content: unknown, path: Path = []): readonly Problem[] {
  if (Array.isArray(content)) {
    return content.flatMap((entry, index) => findPlaceholders(entry, [...path, index]));
  }
  if (isMap(content)) {
    return Object.entries(content).flatMap(([key, value]) => findPlaceholders(value, [...path, key]));
  }
  if (typeof content !== "string" || !placeholder.test(content)) return [];
  const message =
    "is a placeholder, and variables in this file are not replaced: set " +
    `${variableNameOf(settingOf(path))}, or fill in the file before the start`;
  return [{ path, message }];
}

/** Returns the path of the setting that has a variable: entries of lists have none. */
function settingOf(path: Path): readonly string[] {
  const end = path.findIndex((key) => typeof key === "number");
  return (end < 0 ? path : path.slice(0, end)).map(String);
}
