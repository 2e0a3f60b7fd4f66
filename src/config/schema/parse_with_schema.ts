import type * as z from "zod";
import { suggestSpelling } from "../../base/suggest_spelling.js";
import type { Problem } from "../config_error.js";
import { schemaAt, shapeOf } from "./schema_tree.js";

/** The author of a value: of a configuration file, or of a program that passes options. */
export type Author = "file" | "program";

/**
 * Parses a value with the schema. Returns the result, or all problems. No message quotes a value, which may
 * be a secret.
 */
export function parseWithSchema<S extends z.ZodType>(
  schema: S,
  value: unknown,
  author: Author = "file",
): { readonly value?: z.output<S>; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(value, { error: (issue) => messageOf(issue, author) });
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => toProblems(schema, issue, author)) };
}

function toProblems(schema: z.ZodType, issue: z.core.$ZodIssue, author: Author): Problem[] {
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
  const mapSchema = schemaAt(schema, issue.path);
  const known = Object.keys((mapSchema && shapeOf(mapSchema)) ?? {});
  const { key: word, keys: words } = vocabulary[author];
  return issue.keys.map((key) => {
    const suggestion = suggestSpelling(key, known);
    const help = suggestion ? `did you mean ${suggestion}?` : `the ${words} here are ${known.join(", ")}`;
    return { path: [...issue.path, key], message: `is not ${word} here; ${help}` };
  });
}

/** Words for what each author writes. */
const vocabulary = {
  file: {
    ...{ key: "a key", keys: "keys", list: "a list", map: "a map", text: "text" },
    scalarAsText: "must be text: put it in quotes",
    nullAsMap: "must be a map; remove the key if it has no value",
  },
  program: {
    ...{ key: "an option", keys: "options", list: "an array", map: "an object", text: "a string" },
    scalarAsText: "must be a string",
    nullAsMap: "must be an object, or undefined",
  },
} as const;

/**
 * Returns the message of a problem. It replaces the library's message, which names types of the program
 * instead of what to write.
 */
function messageOf(issue: z.core.$ZodRawIssue, author: Author): string {
  const words = vocabulary[author];
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code !== "invalid_type") return "is not valid";
  if (issue.input === undefined) return "is missing";
  switch (issue.expected) {
    case "string":
      return typeof issue.input === "object" ? `must be ${words.text}` : words.scalarAsText;
    case "int":
    case "number":
      return "must be a whole number";
    case "boolean":
      return "must be true or false";
    case "array":
      return `must be ${words.list}`;
    case "object":
      return issue.input === null ? words.nullAsMap : `must be ${words.map}`;
    default:
      return "is not valid";
  }
}
