import type * as z from "zod";
import { isObject } from "../../base/is_object.js";
import { invalidRequest } from "./http_error.js";

/**
 * Largest number of fields in a body or a query, which no schema reaches. It bounds the error response, which
 * names every unknown field.
 */
const maxFields = 32;

/**
 * Parses the value by the schema. A missing value counts as an empty object.
 *
 * @throws HttpError INVALID_REQUEST with every field that is invalid.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  if (isObject(value) && Object.keys(value).length > maxFields)
    throw invalidRequest(`the request has more than ${maxFields} fields`);
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  const violations = result.error.issues.map(({ path, message }) => ({
    field: path.map(String).join("."),
    description: message,
  }));
  throw invalidRequest("the request is not valid", violations);
}

/** Returns a header or query parameter that is present exactly once and not empty, or else undefined. */
export function singleValue(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
