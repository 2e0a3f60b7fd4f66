import { isObject } from "../../base/is_object.js";
import { suggestSpelling } from "../../base/suggest_spelling.js";
import type { Field, Fields, FieldType } from "./field.js";

/** The words of messages, and the check, of each type. */
const types: Readonly<Record<FieldType, { readonly name: string; test(value: unknown): boolean }>> = {
  string: { name: "a string", test: (value) => typeof value === "string" },
  number: { name: "a number", test: (value) => typeof value === "number" },
  integer: { name: "a whole number", test: Number.isInteger },
  boolean: { name: "true or false", test: (value) => typeof value === "boolean" },
  object: { name: "an object", test: isObject },
  function: { name: "a function", test: (value) => typeof value === "function" },
  // Not instanceof: a test environment has a class of its own.
  AbortSignal: { name: "an AbortSignal", test: (value) => isObject(value) && "aborted" in value },
};

/** The strictness of the check of objects. */
export interface Strictness {
  /**
   * An object may have other fields too, unless their names are close to that of a missing one. A required field may
   * be missing, since the service reports it, but must not be undefined.
   */
  readonly isExtensible: boolean;
}

/**
 * Returns the first fault of a value, as a text that continues the name of the value, such as `.ttl must be an object,
 * not a number`. Returns undefined if there is none. The text holds names and types, and no values.
 */
export function findProblem(value: unknown, field: Field, strictness: Strictness): string | undefined {
  if (!field.isList) return findProblemOfOne(value, field, strictness);
  if (!Array.isArray(value)) return wrongType("an array", value);
  for (const [index, item] of value.entries()) {
    const problem = findProblemOfOne(item, field, strictness);
    if (problem !== undefined) return `[${index}]${problem}`;
  }
  return undefined;
}

function findProblemOfOne(value: unknown, field: Field, strictness: Strictness): string | undefined {
  const accepted = typeof field.type === "string" ? [field.type] : field.type;
  if (!accepted.some((type) => types[type].test(value))) {
    const names = accepted.map((type) => types[type].name).join(" or ");
    return wrongType(field.enum === undefined ? names : `a value of ${field.enum}`, value);
  }
  if (field.cases) return findProblemOfOneof(value as OneofValue, field.cases, strictness);
  if (field.fields && isObject(value)) return findProblemOfFields(value, field.fields, strictness);
  return undefined;
}

function findProblemOfFields(
  object: Readonly<Record<string, unknown>>,
  fields: Fields,
  strictness: Strictness,
): string | undefined {
  const { isExtensible } = strictness;
  for (const name in fields) {
    const field = fields[name] as Field;
    const isOptional = !field.isRequired || (isExtensible && !(name in object));
    if (object[name] === undefined && isOptional) continue;
    const problem = findProblem(object[name], field, strictness);
    if (problem !== undefined) return `.${name}${problem}`;
  }
  for (const name in object) {
    if (Object.hasOwn(fields, name)) continue;
    const known = Object.keys(fields);
    const missing = known.filter((other) => !(other in object));
    const meant = suggestSpelling(name, missing);
    if (meant !== undefined) return `.${name} does not exist; did you mean ${meant}?`;
    if (!isExtensible) return `.${name} does not exist; there are ${known.join(", ")}`;
  }
  return undefined;
}

interface OneofValue {
  readonly $case?: unknown;
  readonly value?: unknown;
}

function findProblemOfOneof(
  { $case, value }: OneofValue,
  cases: Fields,
  strictness: Strictness,
): string | undefined {
  const field = typeof $case === "string" && Object.hasOwn(cases, $case) ? cases[$case] : undefined;
  if (!field) {
    const known = Object.keys(cases).map((name) => JSON.stringify(name));
    return `.$case must be ${known.join(" or ")}`;
  }
  const problem = findProblem(value, field, strictness);
  return problem && `.value${problem}`;
}

function wrongType(expected: string, value: unknown): string {
  return ` must be ${expected}, not ${describeType(value)}`;
}

/** Returns the type of a value in words, and nothing of the value itself. */
function describeType(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number" && !Number.isInteger(value)) {
    return Number.isFinite(value) ? "a fraction" : String(value);
  }
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
