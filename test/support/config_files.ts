import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { type Config, noPolicy, standardClaims } from "../../src/config/config.js";
import { ConfigError, type ReportedProblem } from "../../src/config/config_error.js";
import { developmentIssuer } from "../../src/config/development_key.js";
import { type ConfigSources, loadConfig, type Purpose } from "../../src/config/load_config.js";
import { sha256Hex } from "../../src/domain/secrets.js";

/** Writes a file with this content. It is deleted at the end of the test. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

/** Smallest valid configuration. */
export const pool = {
  id: "customers",
  issuer: "https://id.example.com/",
  audience: ["mobile-app"],
  keys: { jwksUri: "https://id.example.com/jwks.json" },
};
const appSecret = "hunter2-hunter2";
export const app = { id: "shop", userPool: "customers", secretSha256: [sha256Hex(appSecret)] };

/** Returns a valid configuration with these keys replaced. */
export function contentWith(keys: object): object {
  return { userPools: [pool], apps: [app], ...keys };
}

/** Returns the smallest valid pool with an introspection endpoint, with these keys of that section replaced. */
export function introspectionPoolWith(keys: object = {}): object {
  const introspection = {
    uri: "https://partners.example.com/introspect",
    clientId: "qrlogin",
    clientSecret: "hunter2",
    ...keys,
  };
  return { id: "partners", issuer: "https://partners.example.com", audience: ["partner-app"], introspection };
}

/** Smallest valid gateway configuration. */
export const gateway = {
  handleKeys: ["a2V5LW9mLTMyLWJ5dGVzLWZvci10aGUtaGFuZGxlcy4"],
  apps: [{ id: "shop", secret: appSecret }],
};

/** Returns the smallest valid configuration of a token issuer, with these keys replaced. */
export function tokenIssuerWith(keys: object = {}): object {
  return { issuer: "https://qr.example.com", keys: [{ file: signingKeyFile() }], ...keys };
}

/** Creates a key in a PEM file, EC P-256 by default. */
export function signingKeyFile(key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey): string {
  return temporaryFile("token.pem", key.export({ format: "pem", type: "pkcs8" }).toString());
}

/** Loads a configuration from a file with this content. */
export function load(
  content: object | string,
  env: ConfigSources["env"] = {},
  purpose: Purpose = "serve",
): Config {
  const text = typeof content === "string" ? content : stringify(content);
  return loadConfig({
    file: temporaryFile("qrlogin.yaml", text),
    env,
    developmentPreset: development,
    purpose,
  });
}

/** Preset that replaces the development identities. */
export const development = {
  apps: [
    {
      ...{ id: "demo-app", name: "Demo", logoUrl: "", userPool: "demo-pool" },
      ...{ secretSha256: ["cd".repeat(32)], certificateNames: [], policy: noPolicy },
    },
  ],
  userPools: [
    {
      id: "demo-pool",
      issuer: developmentIssuer,
      audience: ["demo"],
      keys: { jwksUri: "http://127.0.0.1:9/jwks.json" },
      introspection: undefined,
      algorithms: ["ES256"],
      claims: standardClaims,
      additionalClaims: [],
      userInfoUri: undefined,
      policy: noPolicy,
    },
  ],
};

/** Returns the problems that loading reports; an empty list if it succeeds. */
export function collectReported(loading: () => Config): readonly ReportedProblem[] {
  try {
    loading();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Returns the problems that loading reports, without their places. */
export function collectProblems(loading: () => Config): readonly { path: string; message: string }[] {
  return collectReported(loading).map(({ path, message }) => ({ path, message }));
}

/** Returns the paths of the errors in a file with this content. */
export function collectPaths(
  content: object | string,
  env: ConfigSources["env"] = {},
  purpose: Purpose = "serve",
): string[] {
  return collectProblems(() => load(content, env, purpose)).map(({ path }) => path);
}
