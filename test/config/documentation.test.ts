import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { type Config, noPolicy } from "../../src/config/config.js";
import { describeKnownDigest, isKnownSecret } from "../../src/config/known_secrets.js";
import { resolvePolicy } from "../../src/config/policy/resolve_policy.js";
import { reloadableSettings } from "../../src/config/reload/reloadable_settings.js";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { elementOf, settingsOf, shapeOf } from "../../src/config/schema/schema_tree.js";
import { counterpartOf } from "../../src/config/secret_files.js";
import { sha256, sha256Hex } from "../../src/domain/secrets.js";
import {
  app,
  collectPaths,
  gateway,
  introspectionPoolWith,
  load,
  pool,
  temporaryFile,
  tokenIssuerWith,
} from "../support/config_files.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const document = readFileSync(join(root, "docs/configuration.md"), "utf8");
/** Examples of all sections, which together form one file. */
const example = [...document.matchAll(/```yaml\n(?<yaml>.*?)```/gs)]
  .map(({ groups }) => groups?.yaml)
  .join("\n");

/** Example with fresh secrets, since those of the documents are rejected. */
const exampleToLoad = withFreshSecrets(example);

/** Table of the keys: path and default, with backticks removed from the default. */
const rows = [
  ...document.matchAll(/^\| `(?<path>[a-zA-Z0-9.[\]]+)`(?:<br>`[A-Z_]+`)? \| (?<preset>.*?) \| /gm),
].map(({ groups }) => ({
  path: groups?.path ?? "",
  preset: /^`(?<value>[^`]*)`$/.exec(groups?.preset ?? "")?.groups?.value,
}));

/** Returns the path of every value, with `[]` for entries of lists. */
function valuesOf(schema: Parameters<typeof settingsOf>[0], before = ""): string[] {
  return settingsOf(schema).flatMap(({ path, type, schema: own }) => {
    if (type === "map") return [];
    const name = `${before}${path.join(".")}`;
    const entry = elementOf(own);
    return entry && shapeOf(entry) ? [name, ...valuesOf(entry, `${name}[].`)] : [name];
  });
}

/** Returns the texts that look like secrets or their digests: long, with letters and digits. Without placeholders. */
function secretsIn(text: string): string[] {
  const random = /(?<![\w/.+=-])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{28,}(?![\w/-])/g;
  const values = /\b(?:secret|appSecret|password|hs256Secret|handleKeys?)"?\s*[:=]\s*\[?"(?<value>[^"…]+)"/g;
  return [
    ...[...text.matchAll(random)]
      .map(([found]) => found)
      // Options, names of proto fields and names of classes are no secrets.
      .filter((found) => !/^(--|[a-z\d]+_[a-z\d_]+$|([A-Z][a-z]+\d?)+$)/.test(found)),
    ...[...text.matchAll(values)].map(({ groups }) => groups?.value ?? ""),
  ];
}

/** Replaces each secret, and the digest of each secret, by another one. */
function withFreshSecrets(text: string): string {
  const renew = (secret: string) => sha256(`another ${secret}`);
  const secrets = secretsIn(text);
  return secrets.reduce((result, secret) => {
    if (!isDigest(secret)) return result.replace(secret, renew(secret));
    const original = secrets.find((each) => sha256Hex(each) === secret);
    return result.replace(secret, sha256Hex(original === undefined ? secret : renew(original)));
  }, text);
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Returns the configuration with the policy of an app that sets none, in which absent values have their defaults. */
function withEffectivePolicy(config: Config) {
  const [first] = config.apps;
  return { ...config, policy: first && resolvePolicy(config, { ...first, policy: noPolicy }) };
}

/** Writes the files that the example names. Returns the text of the example with the paths of these files. */
function withFiles(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-example-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const name of ["tls.crt", "gateway.crt", "client.crt", "ca.crt", "client-ca.crt", "company-ca.pem"])
    writeFileSync(join(directory, name), certificate);
  for (const name of ["tls.key", "gateway.key", "client.key", "token-1.pem"])
    writeFileSync(join(directory, name), privateKey);
  writeFileSync(join(directory, "token-2.pem"), otherPrivateKey);
  const jwks = { keys: [{ kty: "OKP", crv: "Ed25519", x: "AAAA" }] };
  writeFileSync(join(directory, "staff-jwks.json"), JSON.stringify(jwks));
  return text.replaceAll("/etc/qrlogin", directory);
}

test("the example in the documentation is a valid configuration with other secrets", () => {
  const config = load(withFiles(exampleToLoad), {}, "check");
  expect(config.development).toBe(false);
  expect(config.userPools.map(({ id }) => id)).toEqual(["customers", "staff", "members"]);
  expect(config.apps[0]?.secretSha256).toHaveLength(2);
  expect(config.tokenIssuer?.keys).toHaveLength(2);
  expect(config.gateway?.handleKeys).toHaveLength(2);
});

test("the secrets of the example are rejected, since they are public", () => {
  const expected = [
    ...["store.redis.password", "apps[0].secretSha256[0]", "apps[0].secretSha256[1]"],
    ...["userPools[2].introspection.clientSecret", "admins[0].secretSha256[0]"],
    ...["gateway.apps[0].secret", "gateway.handleKeys[0]", "gateway.handleKeys[1]"],
  ];
  expect(collectPaths(withFiles(example), {}, "check").toSorted()).toEqual(expected.toSorted());
});

test("every secret in the documents and examples is known to be public", () => {
  const files = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md"].concat(
    ["docs", "deploy", "examples"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(folder, relative(join(root, folder), join(entry.parentPath, entry.name)))),
    ),
  );
  const found = files.flatMap((file) =>
    secretsIn(readFileSync(join(root, file), "utf8")).map((text) => ({ file, text })),
  );
  expect(found.map(({ text }) => text)).toEqual(expect.arrayContaining(secretsIn(example)));
  const unknown = found.filter(({ text }) => !isKnownSecret(text) && describeKnownDigest(text) === undefined);
  expect(unknown).toEqual([]);
});

test("the example of a gateway is a valid configuration by itself", () => {
  const { gateway: own }: { gateway: object } = parse(exampleToLoad);
  const { tls, service, ...rest } = own as Record<string, object>;
  expect([tls, service].every((each) => each !== undefined)).toBe(true);
  const content = { gateway: { ...rest, address: "127.0.0.1:8443" } };
  expect(load(content, {}, "gateway").gateway?.apps[0]?.id).toBe("shop");
});

test("the example has every key outside lists", () => {
  const given: unknown = parse(example);
  for (const { path } of settingsOf(configSchema)) {
    // The example has one of three ways to name a Redis; redis.md has the others.
    if (/^store\.redis\.(sentinel|cluster)/.test(path.join("."))) continue;
    // A secret is given by itself, and not by its file.
    if (path.at(-1)?.endsWith("File") && valueAt(given, counterpartOf(path)) !== undefined) continue;
    expect(valueAt(given, path), path.join(".")).toBeDefined();
  }
});

function valueAt(content: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], content);
}

test("the table in the documentation lists exactly the existing keys", () => {
  const values = valuesOf(configSchema);
  expect(values).toContain("userPools[].keys.jwksUri");
  // The keys of a policy stand once, since pools and apps have the same ones.
  const own = values.filter((path) => !path.includes("[].policy."));
  expect(rows.map(({ path }) => path).toSorted()).toEqual(own.toSorted());
});

test("the defaults in the table are the actual defaults", () => {
  const tls = () => ({
    certFile: temporaryFile("tls.crt", certificate),
    keyFile: temporaryFile("tls.key", privateKey),
  });
  const content: Record<string, unknown> = {
    grpc: { tls: tls() },
    ...{
      userPools: [{ ...pool }, introspectionPoolWith()],
      apps: [{ ...app }],
      tokenIssuer: tokenIssuerWith(),
    },
    gateway: { ...gateway, tls: tls(), apps: [{ ...gateway.apps[0] }] },
    store: { redis: {} },
  };
  const expected = load(content);
  for (const { path, preset } of rows) {
    if (preset === undefined) continue;
    const keys = path.split(".").map((key) => key.replace("[]", ""));
    let node = content;
    for (const [index, key] of keys.slice(0, -1).entries()) {
      node[key] ??= {};
      const next = node[key];
      // The two pools differ: one has keys, the other an introspection endpoint.
      const entryOf = (list: object[]) =>
        list.find((entry) => keys[index + 1] === "introspection" && "introspection" in entry) ?? list[0];
      node = (Array.isArray(next) ? entryOf(next) : next) as Record<string, unknown>;
    }
    node[keys.at(-1) ?? ""] = parse(preset);
  }
  expect(Object.keys(content)).toContain("userTokens");
  expect(withEffectivePolicy(load(content))).toEqual(withEffectivePolicy(expected));
});

test("the table of reloads lists exactly the settings that a reload applies", () => {
  const section = document.slice(document.indexOf("\n## Reloading\n"));
  const table = section.slice(0, section.indexOf("\n## ", 4));
  const listed = [...table.matchAll(/^\| (`.*?) \| yes/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path),
  );
  expect(listed.toSorted()).toEqual(reloadableSettings.map((path) => path.join(".")).toSorted());
});
