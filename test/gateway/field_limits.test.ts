import { describe, expect, it } from "vitest";
import * as z from "zod";
import * as authing from "../../src/gateway/hosted/fields.js";
import * as own from "../../src/gateway/requests.js";

const schemas = Object.entries({ ...own, ...authing }).flatMap(([name, it]) =>
  it instanceof z.ZodType ? [[name, it] as const] : [],
);

/** Fields that are limited as a whole, in bytes as JSON, and not text by text. */
const limitedAsWhole = new Set(["customData", "params", "customeData"]);

type Schema = z.core.JSONSchema.BaseSchema;

/** The paths in a schema at which a text or a list may be of any size. */
function unlimited(schema: Schema, path: string): readonly string[] {
  const below = [...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.oneOf ?? [])] as Schema[];
  const isFixed = schema.enum !== undefined || schema.const !== undefined;
  // One type or several.
  const types = [schema.type ?? []].flat();
  const isText = types.includes("string") && !isFixed && schema.maxLength === undefined;
  const isList = types.includes("array") && schema.maxItems === undefined;
  const isMap = typeof schema.additionalProperties === "object";
  const isAnything = types.length === 0 && below.length === 0 && !isFixed;
  return [
    ...(isText || isList || isMap || isAnything ? [path] : []),
    ...below.flatMap((one) => unlimited(one, path)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
      limitedAsWhole.has(name) ? [] : unlimited(one as Schema, `${path}.${name}`),
    ),
  ];
}

describe("each text that the gateway takes in a body or a query has a limit", () => {
  it("and there are such schemas for both APIs", () => {
    expect(schemas.map(([name]) => name)).toEqual(expect.arrayContaining(["createBody", "geneBody"]));
  });

  it.each(schemas)("%s", (name, schema) => {
    const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    expect(unlimited(described as Schema, name)).toEqual([]);
  });
});
