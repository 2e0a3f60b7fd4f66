/** JSON Schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

/** Schemas by their names in `components`. */
export type Schemas = Readonly<Record<string, Schema>>;

/** An Operation Object of OpenAPI 3.1. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly deprecated?: boolean;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

/** Operations by path and method. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** Returns the reference to a schema in `components`. */
export function refTo(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** Returns the content of a body of one media type. */
export function contentOf(mediaType: string, schema: Schema, example?: unknown): object {
  return { [mediaType]: { schema, ...(example !== undefined && { example }) } };
}

/** Id of the request in the examples of errors. */
export const exampleRequestId = "0b0f4f7e-6c1d-4b8e-9a51-8f2f6a3f9d10";
