import type * as z from "zod";
import { suggestSpelling } from "../../base/suggest_spelling.js";
import type { Problem } from "../config_error.js";
import { shapeOf } from "./schema_tree.js";
import { describeUnknownKey } from "./unknown_key.js";

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
  return issue.keys.map((key) => {
    const message = describeUnknownKey(schema, issue.path, key, vocabulary[author]);
    return { path: [...issue.path, key], message, at: "key" };
  });
}

/** Words for what each author writes. */
const vocabulary = {
  file: {
    isFile: true,
    ...{ key: "a key", keys: "keys", list: "a list", map: "a map", text: "text" },
    scalarAsText: "must be text: put it in quotes",
    nullAsMap: "must be a map; remove the key if it has no value",
    noValue: "has no value: write one, or remove the key",
    boolean: "must be true or false, since YAML 1.2 reads yes, no, on and off as text",
    number: "must be a whole number, of digits alone, such as 1000",
    listForMap: "must be a map, not a list: remove the hyphens before its keys",
    mapForList: "must be a list: put a hyphen before the first key of each entry (- id: …)",
    valueForList: "must be a list: write [ ] around the value, or a hyphen before it on a line of its own",
  },
  program: {
    isFile: false,
    ...{ key: "an option", keys: "options", list: "an array", map: "an object", text: "a string" },
    scalarAsText: "must be a string",
    nullAsMap: "must be an object, or undefined",
    noValue: "must not be null",
    boolean: "must be true or false",
    number: "must be a whole number",
    listForMap: "must be an object",
    mapForList: "must be an array",
    valueForList: "must be an array",
  },
} as const;

/**
 * Returns the message of a problem. It replaces the library's message, which names types of the program
 * instead of what to write.
 */
function messageOf(issue: z.core.$ZodRawIssue, author: Author): string {
  const words = vocabulary[author];
  if (issue.code === "invalid_value") return describeChoices(issue.values.map(String), issue.input);
  if (issue.code !== "invalid_type") return "is not valid";
  if (issue.input === undefined) return "is missing";
  if (issue.input === null && issue.expected !== "object") return words.noValue;
  switch (issue.expected) {
    case "string":
      return typeof issue.input === "object" ? `must be ${words.text}` : words.scalarAsText;
    case "int":
    case "number":
      return words.number;
    case "boolean":
      return words.boolean;
    case "array":
      return typeof issue.input === "object" ? words.mapForList : words.valueForList;
    case "object":
      if (issue.input === null) return words.nullAsMap;
      return Array.isArray(issue.input) ? words.listForMap : describeMap(issue, words);
    default:
      return "is not valid";
  }
}

function describeMap(issue: z.core.$ZodRawIssue, words: (typeof vocabulary)[Author]): string {
  const keys = Object.keys((issue.inst && shapeOf(issue.inst as z.core.$ZodType)) ?? {});
  const [only] = keys;
  if (only === undefined) return `must be ${words.map}`;
  return keys.length === 1
    ? `must be ${words.map} with the ${words.key.replace(/^an? /, "")} ${only}`
    : `must be ${words.map}; the ${words.keys} here are ${keys.join(", ")}`;
}

function describeChoices(choices: readonly string[], input: unknown): string {
  const suggestion = typeof input === "string" ? suggestSpelling(input, choices) : undefined;
  return `must be one of ${choices.join(", ")}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`;
}
