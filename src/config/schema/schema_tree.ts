import * as z from "zod";

export type Schema = z.core.$ZodType;

/** Path in the configuration, of keys and list indexes. */
export type Path = readonly PropertyKey[];

/** Key of the configuration. */
export interface Setting {
  readonly path: readonly string[];
  readonly type: "text" | "number" | "boolean" | "list" | "map";
  readonly schema: Schema;
}

/** Returns every key of a map, at any depth, each map before its keys. Does not descend into lists. */
export function settingsOf(map: Schema, path: readonly string[] = []): Setting[] {
  return Object.entries(shapeOf(map) ?? {}).flatMap(([key, schema]) => {
    const setting: Setting = { path: [...path, key], type: typeOf(schema), schema };
    return [setting, ...settingsOf(schema, setting.path)];
  });
}

/** Returns the schemas of a map's keys, or undefined if the schema is not of a map. */
export function shapeOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const { def } = unwrap(schema)._zod;
  return def.type === "object" ? def.shape : undefined;
}

/** Returns the schema of a list's entries, or undefined if the schema is not of a list. */
export function elementOf(schema: Schema): Schema | undefined {
  const { def } = unwrap(schema)._zod;
  return def.type === "array" ? def.element : undefined;
}

/** Returns the schema of the value at a path, or undefined if the path does not exist. */
export function schemaAt(schema: Schema, [key, ...rest]: Path): Schema | undefined {
  if (key === undefined) return schema;
  const next = typeof key === "number" ? elementOf(schema) : shapeOf(schema)?.[String(key)];
  return next && schemaAt(next, rest);
}

/** Valid part of a value. Whatever is invalid is undefined, at any depth. */
export type ValidPart<T> =
  | (T extends readonly (infer E)[]
      ? readonly ValidPart<E>[]
      : T extends object
        ? { readonly [K in keyof T]?: ValidPart<T[K]> }
        : T)
  | undefined;

/**
 * Parses a value that may have invalid parts, so that the valid ones can be checked further. Maps and lists
 * of maps are parsed entry by entry. Any other value is either valid or undefined. Applies defaults.
 */
export function parseValidPart<S extends z.ZodType>(schema: S, value: unknown): ValidPart<z.output<S>> {
  return parsePart(schema, value) as ValidPart<z.output<S>>;
}

function parsePart(schema: Schema, value: unknown): unknown {
  const shape = shapeOf(schema);
  if (shape && isMap(value)) {
    return Object.fromEntries(
      Object.entries(shape).map(([key, inner]) => [key, parsePart(inner, value[key])]),
    );
  }
  const entry = elementOf(schema);
  if (entry && shapeOf(entry) && Array.isArray(value)) return value.map((each) => parsePart(entry, each));
  const result = z.safeParse(schema, value);
  return result.success ? result.data : undefined;
}

/** Returns whether a value from YAML or JSON is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(schema: Schema): Setting["type"] {
  const { type } = unwrap(schema)._zod.def;
  switch (type) {
    case "string":
    case "enum":
      return "text";
    case "number":
    case "boolean":
      return type;
    case "array":
      return "list";
    case "object":
      return "map";
    default:
      throw new Error(`a configuration key has a schema of type ${type}, which a variable cannot express`);
  }
}

/** Returns the schema of the value in the file, without the defaults and transformations around it. */
function unwrap(schema: Schema): z.core.$ZodTypes {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  switch (def.type) {
    case "default":
    case "prefault":
    case "optional":
      return unwrap(def.innerType);
    case "pipe":
      return unwrap((def.in as z.core.$ZodTypes)._zod.def.type === "transform" ? def.out : def.in);
    default:
      return known;
  }
}
