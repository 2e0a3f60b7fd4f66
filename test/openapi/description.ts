import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import type { TestResponse } from "../gateway/http.js";

type Json = Readonly<Record<string, unknown>>;

/** A described operation. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

interface DescribedResponse {
  readonly description: string;
  readonly content?: Content;
  readonly "x-error-reasons"?: readonly string[];
}

type Content = Readonly<Record<string, { readonly schema: Json; readonly example?: unknown }>>;

/** The committed OpenAPI description. */
export const description = JSON.parse(
  readFileSync(new URL("../../gen/openapi.json", import.meta.url), "utf8"),
) as {
  readonly info: Json;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
};

/** The described operations by method and path, such as `POST /qrlogin/v1/tickets`. */
export const operations: ReadonlyMap<string, DescribedOperation> = new Map(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  ),
);

/** Returns the described operation that answers a request. */
export function findOperation(method: string, url: string): DescribedOperation | undefined {
  const [path = ""] = url.split("?", 1);
  for (const [route, operation] of operations) {
    const pattern = route.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+");
    if (new RegExp(`^${pattern}$`).test(`${method} ${path}`)) return operation;
  }
  return undefined;
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false });
ajvFormats.default(ajv);
ajv.addKeyword({
  keyword: "x-extensible-enum",
  validate: (values: readonly unknown[], value: unknown) => values.includes(value),
});
// The place of the schemas in the description.
ajv.addKeyword("components");
ajv.addSchema({ $id: "description", components: { schemas: closed(description.components.schemas) } });

/**
 * Returns the schemas with all objects closed that list their properties, so that a response with a property that
 * the description lacks is an error.
 */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, closed(value)] as const);
  const isOpen = "properties" in schema && !("additionalProperties" in schema) && isSchema(schema);
  return { ...Object.fromEntries(entries), ...(isOpen && { additionalProperties: false }) };
}

/** Returns whether an object is a schema and not a list of properties, one of which is called `properties`. */
function isSchema(schema: object): boolean {
  return "type" in schema && typeof schema.type === "string";
}

const validators = new Map<string, ValidateFunction>();

/** Returns what is wrong with a value, by a schema of the description. An empty list if it is valid. */
export function problemsOf(schema: Json, value: unknown): string[] {
  const key = JSON.stringify(schema).replaceAll("#/components", "description#/components");
  const validator = validators.get(key) ?? ajv.compile(closed(JSON.parse(key)) as Json);
  validators.set(key, validator);
  return validator(value)
    ? []
    : (validator.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

/** Returns what the description does not say of a response. An empty list if it describes the response completely. */
export function undescribed(method: string, url: string, response: TestResponse): string[] {
  const operation = findOperation(method, url);
  if (!operation) return [`${method} ${url} is not described`];
  const described = operation.responses[response.status];
  if (!described) return [`status ${response.status}: ${response.text}`];
  const [mediaType = ""] = String(response.headers["content-type"] ?? "").split(";");
  if (!described.content) return response.bytes.length > 0 ? [`a body of the status ${response.status}`] : [];
  const content = described.content[mediaType];
  if (!content) return [`media type ${mediaType} of the status ${response.status}`];
  if (!/json$/.test(mediaType)) return [];
  const reasons = described["x-error-reasons"];
  const reason = reasonOf(response.json);
  return [
    ...problemsOf(content.schema, response.json),
    ...(reasons && reason !== undefined && !reasons.includes(reason) ? [`${response.status} ${reason}`] : []),
  ];
}

/** Returns the reason of an error of either form. */
export function reasonOf(body: Json): string | undefined {
  if (typeof body.reason === "string") return body.reason;
  const details = (body.details ?? []) as { readonly debug?: Json }[];
  return details.map(({ debug }) => debug?.reason).find((reason) => typeof reason === "string");
}
