import { createSecureContext } from "node:tls";
import * as z from "zod";
import type { Problem } from "../config_error.js";
import { isDevelopmentKey } from "../development_key.js";
import type { Path } from "../schema/schema_tree.js";
import { parseCertificates } from "./certificates.js";
import { describePairMistake, withPemContent } from "./pem.js";
import { readTextFile } from "./read_file.js";

const member = z.string().exactOptional();
const absent = z.never().exactOptional();
const publicKey = z.object({
  kty: z.string(),
  // RFC 7518, section 6, and RFC 8037.
  ...{ crv: member, x: member, y: member, n: member, e: member },
  // Unsupported types of keys are allowed beside supported ones (RFC 7517, section 5). Private members are
  // not: `d` and `priv` of a private key, `k` of a shared secret.
  ...{ d: absent, k: absent, priv: absent },
});
const keySet = z.object({ keys: z.array(publicKey) });

/** Public key as a JWK, without the members that restrict its use. */
export type PublicKey = z.output<typeof publicKey>;

/**
 * Returns the public keys in a file that should contain a JSON Web Key Set (RFC 7517); none if it contains
 * anything else.
 */
export function readPublicKeys(file: string): readonly PublicKey[] {
  const text = readTextFile(file);
  return "failure" in text ? [] : parsePublicKeys(text.content);
}

function parsePublicKeys(text: string): readonly PublicKey[] {
  return keySet.safeParse(parseJson(text)).data?.keys ?? [];
}

/**
 * Returns why a file is not a JSON Web Key Set of public keys without the development key; undefined if it is
 * one.
 */
export function describeKeySetProblem(file: string): string | undefined {
  const text = readTextFile(file);
  if ("failure" in text) return text.failure;
  const keys = parsePublicKeys(text.content);
  if (!keys.some(({ kty }) => ["EC", "RSA", "OKP"].includes(kty))) {
    return "the file must contain a JSON Web Key Set of public keys (EC, RSA or OKP)";
  }
  return keys.some(isDevelopmentKey)
    ? "the file contains the development key, whose private half is public"
    : undefined;
}

/** Returns the problems of a certificate file and its key file, as far as their names are valid. */
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
  const message =
    "certFile and keyFile must be a certificate chain and its private key in PEM format: " +
    describePairMistake(cert, key);
  return [{ path, message }];
}

/** Returns why a file does not contain certificates that others can be verified with; undefined if it does. */
export function describeCertificatesProblem(file: string): string | undefined {
  const text = readTextFile(file);
  if ("failure" in text) return text.failure;
  const certificates = parseCertificates(text.content);
  if (!certificates) return withPemContent("the file must contain certificates in PEM format", text.content);
  // A certificate that has signed itself verifies itself, whether or not it is one of an authority.
  if (certificates.some((each) => each.ca || each.subject === each.issuer)) return undefined;
  return (
    "the file contains only certificates of servers or clients, with which none can be verified: name the " +
    "certificate of the authority that has issued them"
  );
}

function isMatchingPair(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    // OpenSSL reports no error for a file without any certificate, since there is nothing to compare.
    return cert.includes("-----BEGIN CERTIFICATE-----") && key.includes("PRIVATE KEY-----");
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A file that is not JSON is not a key set either; the caller reports that.
    return undefined;
  }
}
