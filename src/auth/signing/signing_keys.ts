import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, type JWK } from "jose";
import type { SigningKeyConfig } from "../../config/config.js";
import { readSigningKey } from "../../config/files/read_signing_key.js";

/** A key that signs, and what others may know of it. */
export interface SigningKey {
  readonly alg: "ES256" | "RS256";
  /** Thumbprint of the public half (RFC 7638): the same wherever the key is used. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** With `kid`, `alg` and `use`, and no private member. */
  readonly publicJwk: JWK;
}

/**
 * The keys in the order of their configuration.
 *
 * @throws Error that names the file when there is no usable key in it; Error when a key stands there twice, or none does.
 */
export async function loadSigningKeys(
  configs: readonly SigningKeyConfig[],
): Promise<readonly [SigningKey, ...SigningKey[]]> {
  const [first, ...others] = await Promise.all(
    configs.map(async (config) => toSigningKey(loadPrivateKey(config))),
  );
  if (!first) throw new Error("The token issuer has no signing key.");
  if (new Set([first, ...others].map(({ kid }) => kid)).size < configs.length) {
    throw new Error("A signing key of the token issuer stands in its list twice.");
  }
  return [first, ...others];
}

/** The same keys, where those that are to be made have been: for other processes, which would each make their own. */
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
