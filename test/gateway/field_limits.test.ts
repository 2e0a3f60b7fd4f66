import { describe, expect, it } from "vitest";
import * as z from "zod";
import * as authing from "../../src/gateway/authing/schemas.js";
import { validate } from "../../src/gateway/http/validation.js";
import * as own from "../../src/gateway/routes/schemas.js";
import { customData } from "../../src/gateway/tickets/custom_data.js";

/** Fields that are limited as a whole, in bytes as JSON, instead of string by string. */
const limitedAsWhole = new Set(["customData", "params", "customeData"]);

const schemas = Object.entries({ ...own, ...authing, customData }).flatMap(([name, it]) =>
  it instanceof z.ZodType && !limitedAsWhole.has(name) ? [[name, it] as const] : [],
);

type Schema = z.core.JSONSchema.BaseSchema;

/** Returns the paths in a schema at which a string or a list has no maximum size. */
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

describe("the limits of the fields in bodies and queries", () => {
  it("there are schemas for both APIs", () => {
    expect(schemas.map(([name]) => name)).toEqual(expect.arrayContaining(["createTicketBody", "geneBody"]));
  });

  it.each(schemas)("every string in the schema %s has a maximum length", (name, schema) => {
    const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    expect(unlimited(described as Schema, name)).toEqual([]);
  });
});

it("a request with thousands of fields is rejected by their number, without naming any", () => {
  const of = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, ""]));
  const rejected = (count: number) => {
    try {
      return validate(own.handleBody, of(count));
    } catch (error) {
      return error;
    }
  };
  expect(rejected(5_000)).toMatchObject({
    reason: "INVALID_REQUEST",
    message: "the request has more than 32 fields",
  });
  expect(JSON.stringify(rejected(5_000))).not.toContain("f1");
  expect(JSON.stringify(rejected(32))).toContain("f31");
});

it("custom data are limited as a whole", () => {
  const ofBytes = (bytes: number) => customData.safeParse({ a: "x".repeat(bytes - '{"a":""}'.length) });
  expect([1_024, 1_025].map((bytes) => ofBytes(bytes).success)).toEqual([true, false]);
});
