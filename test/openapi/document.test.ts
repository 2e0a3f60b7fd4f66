import SwaggerParser from "@apidevtools/swagger-parser";
import { describe, expect, it } from "vitest";
import { description, operations, problemsOf } from "./description.js";

// swagger-parser has types for its input that a parsed file does not have.
const copy = () => structuredClone(description) as never;

describe("the OpenAPI description", () => {
  it("the description is valid OpenAPI 3.1", async () => {
    await expect(SwaggerParser.validate(copy())).resolves.toMatchObject({ openapi: "3.1.0" });
  });

  it("the validator finds a description that is not valid", async () => {
    const broken = {
      ...structuredClone(description),
      paths: { "/broken": { get: { responses: { 200: { content: {} } } } } },
    };
    await expect(SwaggerParser.validate(broken as never)).rejects.toThrow(/description/);
  });

  it("every example of an error is valid, and has a reason of its response", () => {
    for (const [route, { responses }] of operations) {
      for (const [status, { content = {}, "x-error-reasons": reasons = [] }] of Object.entries(responses)) {
        for (const { schema, example } of Object.values(content)) {
          if (example === undefined) continue;
          expect(problemsOf(schema, example), `${route} ${status}`).toEqual([]);
          expect(JSON.stringify(example), `${route} ${status}`).toContain(`"reason":"${reasons[0]}"`);
        }
      }
    }
  });

  it("every schema is used", () => {
    const text = JSON.stringify(description);
    const unused = Object.keys(description.components.schemas).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`),
    );
    expect(unused).toEqual([]);
  });

  it("no text of the description looks like a secret or a token", () => {
    // An example of an error has its encoded reason in base64, which is readable.
    const texts = JSON.stringify(description, (key, value) => (key === "value" ? undefined : value));
    expect(texts.match(/\beyJ[\w-]+/g)).toBeNull();
    expect(texts.match(/(?<![/#.])\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])[\w-]{20,}/g)).toBeNull();
  });
});
