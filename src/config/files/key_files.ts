import { createSecureContext } from "node:tls";
import * as z from "zod";
import type { Problem } from "../config_error.js";
import { isDevelopmentKey } from "../development_key.js";
import type { Path } from "../schema/schema_tree.js";
import { parseCertificates } from "./certificates.js";
import { readTextFile } from "./read_file.js";

const member = z.string().exactOptional();
const absent = z.never().exactOptional();
const publicKey = z.object({
  kty: z.string(),
  // RFC 7518, section 6, and RFC 8037.
  ...{ crv: member, x: member, y: member, n: member, e: member },
  // Kinds of keys that we cannot use may stand beside those that we can (RFC 7517, section 5), but no private member:
  // `d` and `priv` of a private key, `k` of a shared secret.
  ...{ d: absent, k: absent, priv: absent },
});
const keySet = z.object({ keys: z.array(publicKey) });

/** A public key as a JWK, without what says how to use it. */
export type PublicKey = z.output<typeof publicKey>;

/** The public keys in a file that should hold a JSON Web Key Set (RFC 7517); none if it holds anything else. */
export function readPublicKeys(file: string): readonly PublicKey[] {
  const text = readTextFile(file);
  return "failure" in text ? [] : parsePublicKeys(text.content);
}

function parsePublicKeys(text: string): readonly PublicKey[] {
  return keySet.safeParse(parseJson(text)).data?.keys ?? [];
}

/**
 * What is wrong with a file that should hold a JSON Web Key Set of public keys, none of them the development
 * key; undefined if nothing is.
 */
export function describeKeySetProblem(file: string): string | undefined {
  const text = readTextFile(file);
  if ("failure" in text) return text.failure;
  const keys = parsePublicKeys(text.content);
  if (!keys.some(({ kty }) => ["EC", "RSA", "OKP"].includes(kty))) {
    return "the file must hold a JSON Web Key Set of public keys (EC, RSA or OKP)";
  }
  return keys.some(isDevelopmentKey)
    ? "the file holds the development key, with which everybody can sign"
    : undefined;
}

/** What is wrong with the files of a certificate and its key at a path, as far as their names are known. */
export function checkTlsFiles(
  path: Path,
  tls: { certFile?: string | undefined; keyFile?: string | undefined } = {},
): Problem[] {
  const problems: Problem[] = [];
  const contents = (["certFile", "keyFile"] as const).flatMap((name) => {
    const file = tls[name];
    const text = file === undefined ? undefined : readTextFile(file);
    if (text && "failure" in text) problems.push({ path: [...path, name], message: text.failure });
    return text && "content" in text ? [text.content] : [];
  });
  const [cert, key] = contents;
  if (cert === undefined || key === undefined || isMatchingPair(cert, key)) return problems;
  return [{ path, message: "certFile and keyFile must be a certificate chain and its private key, as PEM" }];
}

/** What is wrong with a file that should hold certificates; undefined if nothing is. */
export function describeCertificatesProblem(file: string): string | undefined {
  const text = readTextFile(file);
  if ("failure" in text) return text.failure;
  return parseCertificates(text.content) ? undefined : "the file must hold certificates as PEM";
}

function isMatchingPair(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    // Without any certificate in the file OpenSSL has nothing to compare and says nothing.
    return cert.includes("-----BEGIN CERTIFICATE-----") && key.includes("PRIVATE KEY-----");
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not a key set either: the caller says so.
    return undefined;
  }
}
