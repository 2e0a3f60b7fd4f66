import * as z from "zod";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { formatDuration } from "../../src/config/schema/values.js";
import { metadataOf } from "./metadata.js";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Address at which editors find the schema of the newest version. */
export const schemaAddress = "https://raw.githubusercontent.com/qrlogin/qrlogin/main/gen/config.schema.json";

const documents = "https://github.com/qrlogin/qrlogin/blob/main/docs/";

/** Returns the JSON Schema of the configuration file, for editors. Rules between keys are only in `check-config`. */
export function createJsonSchema(): object {
  return {
    ...{ $id: schemaAddress, title: "Configuration of qrlogin" },
    ...withoutRequired(convert(configSchema)),
  };
}

/** Lets keys be left out that a variable of the environment can set: all but those in the entries of lists. */
function withoutRequired(schema: JsonSchema): JsonSchema {
  const { required: _, properties, ...rest } = schema;
  if (!properties) return rest;
  const entries = Object.entries(properties).map(
    ([key, value]) => [key, withoutRequired(value as JsonSchema)] as const,
  );
  return { ...rest, properties: Object.fromEntries(entries) };
}

function convert(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    // Editors know this draft best.
    ...{ io: "input", unrepresentable: "any", target: "draft-7" },
    override: ({ zodSchema, jsonSchema }) => adapt(zodSchema, jsonSchema),
  });
}

function adapt(zodSchema: z.core.$ZodTypes, json: JsonSchema): void {
  for (const key of ["limits", "preset"]) delete json[key];
  addOneOrMore(zodSchema, json);
  // An empty default of a section says nothing, and a duration is a number only inside of the program.
  if (JSON.stringify(json.default) === "{}") delete json.default;
  if (typeof json.default === "number" && json.type === "string") {
    json.default = json.default === 0 ? "0s" : formatDuration(json.default);
  }
  const { description, limits } = metadataOf(zodSchema);
  if (description === undefined) return;
  const text =
    limits === undefined || limits === "not empty" ? description : `${description} Value: ${limits}.`;
  json.markdownDescription = linkToDocuments(text);
  json.description = withoutMarkup(text);
}

/** Describes a list whose only entry may stand by itself, which is a transformation in the program. */
function addOneOrMore(zodSchema: z.core.$ZodTypes, json: JsonSchema): void {
  const { def } = zodSchema._zod;
  if (def.type !== "pipe" || (def.in as z.core.$ZodTypes)._zod.def.type !== "transform") return;
  const { type, items, minItems } = json;
  for (const key of ["type", "items", "minItems"]) delete json[key];
  json.anyOf = [
    items as JsonSchema,
    { type, items, ...(minItems !== undefined && { minItems }) } as JsonSchema,
  ];
}

function linkToDocuments(text: string): string {
  return text.replaceAll(
    /\]\((?!https?:)(#?)/g,
    (_, anchor: string) => `](${documents}${anchor && "configuration.md#"}`,
  );
}

function withoutMarkup(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll("`", "");
}
