import * as z from "zod";
import { shapeOf } from "./schema_tree.js";

/** Single value as it is written in a YAML file. */
interface WrittenScalar {
  /** Text of the value, without quotes. */
  readonly source: string;
  /** True without quotes. */
  readonly isPlain: boolean;
  readonly value: unknown;
}

/**
 * Explains why YAML has not read a value as its author meant it: quotes that are missing or too many, or a missing
 * space after a colon. Returns undefined if the value is wrong for another reason.
 */
export function explainScalar(
  schema: z.core.$ZodType,
  { source, isPlain, value }: WrittenScalar,
): string | undefined {
  const accepts = (meant: unknown) => z.safeParse(schema, meant).success;
  if (accepts(value)) return undefined;
  if (isPlain && typeof value !== "string" && source !== "" && accepts(source)) {
    return `must be text, but YAML reads it as ${typeNameOf(value)}: put it in quotes`;
  }
  if (!isPlain && parsePlain(source) !== source && accepts(parsePlain(source))) {
    return `must be ${typeNameOf(parsePlain(source))}: remove the quotes`;
  }
  const keys = Object.keys(shapeOf(schema) ?? {});
  if (isPlain && keys.some((key) => source.startsWith(`${key}:`))) {
    return "must be a map: a space is missing after the colon";
  }
  return undefined;
}

function typeNameOf(value: unknown): string {
  if (value === null) return "nothing";
  return typeof value === "boolean" ? "true or false" : `a ${typeof value}`;
}

/** Returns a text as YAML reads it without quotes, as far as a setting may have such a value. */
function parsePlain(source: string): unknown {
  if (source === "true" || source === "false") return source === "true";
  return /^-?\d{1,15}$/.test(source) ? Number(source) : source;
}
