import type * as z from "zod";
import { suggestSpelling } from "../../base/suggest_spelling.js";
import type { Problem } from "../config_error.js";
import { schemaAt, shapeOf } from "./schema_tree.js";

/**
 * Parses a value with the schema. Returns the result, or all problems. No message quotes a value, which may
 * be a secret.
 */
export function parseWithSchema<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { readonly value?: z.output<S>; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(value, { error: (issue) => messageOf(issue) });
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => toProblems(schema, issue)) };
}

function toProblems(schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
  const mapSchema = schemaAt(schema, issue.path);
  const known = Object.keys((mapSchema && shapeOf(mapSchema)) ?? {});
  return issue.keys.map((key) => {
    const suggestion = suggestSpelling(key, known);
    const help = suggestion ? `did you mean ${suggestion}?` : `the keys here are ${known.join(", ")}`;
    return { path: [...issue.path, key], message: `is not a key here; ${help}` };
  });
}

/**
 * Returns the message of a problem. It replaces the library's message, which names types of the program
 * instead of what to write.
 */
function messageOf(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code !== "invalid_type") return "is not valid";
  if (issue.input === undefined) return "is missing";
  switch (issue.expected) {
    case "string":
      return typeof issue.input === "object" ? "must be text" : "must be text: put it in quotes";
    case "int":
    case "number":
      return "must be a whole number";
    case "boolean":
      return "must be true or false";
    case "array":
      return "must be a list";
    case "object":
      return issue.input === null ? "must be a map; remove the key if it has no value" : "must be a map";
    default:
      return "is not valid";
  }
}
