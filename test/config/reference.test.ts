import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { createJsonSchema, schemaAddress } from "../../scripts/configuration/json_schema.js";
import { renewReference } from "../../scripts/configuration/reference.js";
import { documentedSettings } from "../../scripts/configuration/settings.js";
import { installations, renderGatewayFile, renderServiceFile } from "../../src/cli/init/initial_files.js";
import { newSecret } from "../../src/domain/secrets.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

const ajv = new Ajv({ strict: false, allErrors: true });
const validate = ajv.compile(createJsonSchema());

/** Returns the places that the JSON Schema rejects. */
function rejected(content: unknown): readonly string[] {
  return validate(content) ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

describe("the reference of the configuration", () => {
  it("is what the schema says: run 'npm run generate' after a change of the schema", () => {
    const document = read("docs/configuration.md");
    expect(renewReference(document)).toBe(document);
    expect(JSON.parse(read("gen/config.schema.json"))).toEqual(
      JSON.parse(JSON.stringify(createJsonSchema())),
    );
  });

  it.each(documentedSettings().filter(({ type }) => type !== "map"))(
    "the reference describes $path with its limits",
    ({ description, limits }) => {
      expect(description).toMatch(/^[A-Z`[].*\.$/);
      expect(limits).not.toBe("");
    },
  );
});

/** Sections of the examples in the documents and in deploy/, each with its origin. */
const documented = readdirSync(`${root}docs`)
  .filter((name) => name.endsWith(".md"))
  .flatMap((name) =>
    [...read(`docs/${name}`).matchAll(/```yaml\n(?<yaml>.*?)```/gs)].map(
      ({ groups }, index) =>
        [`docs/${name}, block ${index + 1}`, parseAllDocuments(groups?.yaml ?? "")[0]?.toJS()] as const,
    ),
  );
const secrets = { app: newSecret(), handleKey: newSecret(), admin: newSecret() };
const pathOf = (name: string) => `/etc/qrlogin/${name}`;
const initial = installations.flatMap((kind) => [
  [`the service's file of 'init ${kind}'`, parse(renderServiceFile(kind, secrets, pathOf))] as const,
  [`the gateway's file of 'init ${kind}'`, parse(renderGatewayFile(kind, secrets, pathOf))] as const,
]);
const deployed = ["deploy/service.yaml", "deploy/gateway.yaml"].map(
  (path) => [path, parse(read(path))] as const,
);

const isConfiguration = (content: unknown): content is object =>
  typeof content === "object" &&
  content !== null &&
  Object.keys(content).length > 0 &&
  Object.keys(content).every((key) => Object.hasOwn(topLevelKeys, key));

const { properties: topLevelKeys } = createJsonSchema() as { properties: object };

describe("the JSON Schema of the configuration file", () => {
  const examples = [...documented, ...deployed, ...initial].filter(([, content]) => isConfiguration(content));

  it("is tried with the examples of several documents", () => {
    expect(new Set(examples.map(([name]) => name.split(",")[0])).size).toBeGreaterThanOrEqual(5);
  });

  it.each(examples)("the example is accepted: %s", (_, content) => {
    validate(content);
    // A document may show a part of an entry.
    expect((validate.errors ?? []).filter(({ keyword }) => keyword !== "required")).toEqual([]);
  });

  it.each([
    ["an unknown key", { grpc: { adress: "127.0.0.1:1" } }, "/grpc"],
    ["a duration without a unit", { watch: { heartbeatInterval: 15 } }, "/watch/heartbeatInterval"],
    ["a duration with another unit", { watch: { heartbeatInterval: "1d" } }, "/watch/heartbeatInterval"],
    ["a number out of range", { grpc: { limits: { messageBytes: 1 } } }, "/grpc/limits/messageBytes"],
    ["text in place of true", { grpc: { reflection: "yes" } }, "/grpc/reflection"],
    ["a value that is not in a list", { log: { level: "loud" } }, "/log/level"],
    ["an address without a port", { grpc: { address: "localhost" } }, "/grpc/address"],
    [
      "a secret in place of its digest",
      { admins: [{ id: "ops", secretSha256: "secret" }] },
      "/admins/0/secretSha256",
    ],
    ["a map in place of a list", { apps: { id: "shop" } }, "/apps"],
    ["an entry without an id", { admins: [{ secretSha256: "ab".repeat(32) }] }, "/admins/0"],
    [
      "keys over http as an issuer of tokens",
      { tokenIssuer: { issuer: "http://a", keys: [{ file: "a" }] } },
      "/tokenIssuer/issuer",
    ],
  ])("the schema rejects %s", (_, content, place) => {
    expect(rejected(content)).toContain(place);
  });

  it("has a description for editors, without the markup of the documents", () => {
    const text = JSON.stringify(createJsonSchema());
    expect(text).toContain("markdownDescription");
    for (const [, description] of text.matchAll(/"description":"(.*?)(?<!\\)"/g))
      expect(description).not.toMatch(/\]\(|`/);
  });

  it.each(["deploy/service.yaml", "deploy/gateway.yaml"])("is named by %s, for editors", (path) => {
    expect(read(path)).toMatch(
      new RegExp(`^# yaml-language-server: \\$schema=${schemaAddress.replaceAll(".", "\\.")}$`, "m"),
    );
  });
});
