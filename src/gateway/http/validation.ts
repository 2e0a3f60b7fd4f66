import type * as z from "zod";
import { invalidRequest } from "./http_error.js";

/** Reports whether the value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Most fields of a body or a query, above what any of ours has. The name of each unknown field would be looked at and answered. */
const maxFields = 32;

/** What the schema makes of a value. Refuses with INVALID_REQUEST and every field that is at fault. */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  if (isObject(value) && Object.keys(value).length > maxFields)
    throw invalidRequest(`the request has more than ${maxFields} fields`);
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const violations = result.error.issues.map(({ path, message }) => ({
    field: path.map(String).join("."),
    description: message,
  }));
  throw invalidRequest("the request is not valid", violations);
}

/** A header or a query parameter that is there once; undefined otherwise. */
export function singleValue(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
