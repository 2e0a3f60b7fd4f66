import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, type JWK } from "jose";
import type { SigningKeyConfig } from "../../config/config.js";
import { readSigningKey } from "../../config/files/read_signing_key.js";

/** Private key that signs, with its public half. */
export interface SigningKey {
  readonly alg: "ES256" | "RS256";
  /** Thumbprint of the public half (RFC 7638), the same wherever the key is used. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** Public half with `kid`, `alg` and `use`, without private members. */
  readonly publicJwk: JWK;
}

/**
 * Loads the keys in the order of their configuration.
 *
 * @throws Error that names the file when it has no usable key; Error when a key is listed twice, or none is
 * listed.
 */
export async function loadSigningKeys(
  configs: readonly SigningKeyConfig[],
): Promise<readonly [SigningKey, ...SigningKey[]]> {
  const [first, ...others] = await Promise.all(
    configs.map(async (config) => toSigningKey(loadPrivateKey(config))),
  );
  if (!first) throw new Error("The token issuer has no signing key.");
  if (new Set([first, ...others].map(({ kid }) => kid)).size < configs.length) {
    throw new Error("A signing key of the token issuer is listed twice.");
  }
  return [first, ...others];
}

/**
 * Returns the same configuration with generated keys replaced by their PEM, so that all processes use the
 * same keys.
 */
export function resolveGeneratedKeys(configs: readonly SigningKeyConfig[]): readonly SigningKeyConfig[] {
  return configs.map((config) =>
    "generated" in config
      ? { pem: loadPrivateKey(config).export({ format: "pem", type: "pkcs8" }).toString() }
      : config,
  );
}

function loadPrivateKey(config: SigningKeyConfig): KeyObject {
  if ("pem" in config) return createPrivateKey(config.pem);
  if ("generated" in config) return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const found = readSigningKey(config.file);
  if ("failure" in found) throw new Error(`The signing key ${config.file} cannot be used: ${found.failure}.`);
  return found.key;
}

async function toSigningKey(privateKey: KeyObject): Promise<SigningKey> {
  const alg = privateKey.asymmetricKeyType === "rsa" ? "RS256" : "ES256";
  const publicHalf = await exportJWK(createPublicKey(privateKey));
  const kid = await calculateJwkThumbprint(publicHalf);
  return { alg, kid, privateKey, publicJwk: { ...publicHalf, kid, alg, use: "sig" } };
}
