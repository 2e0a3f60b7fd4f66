import { createSecureContext } from "node:tls";
import * as z from "zod";
import { isDevelopmentKey } from "./development_key.js";
import { readText } from "./file.js";
import type { Mistake } from "./problems.js";

const absent = z.undefined().optional();
// Kinds of keys that we cannot use may stand beside those that we can (RFC 7517, section 5), but no private member:
// `d` and `priv` of a private key, `k` of a shared secret.
const publicKey = z.object({
  kty: z.string(),
  x: z.string().optional(),
  ...{ d: absent, k: absent, priv: absent },
});
const keySet = z.object({ keys: z.array(publicKey) });

/**
 * What is wrong with a file that should hold a JSON Web Key Set (RFC 7517) of public keys, none of them the development
 * key; undefined if nothing is.
 */
export function keySetFailure(file: string): string | undefined {
  const text = readText(file);
  if ("failure" in text) return text.failure;
  const keys = keySet.safeParse(jsonOf(text.content)).data?.keys ?? [];
  if (!keys.some(({ kty }) => ["EC", "RSA", "OKP"].includes(kty))) {
    return "the file must hold a JSON Web Key Set of public keys (EC, RSA or OKP)";
  }
  return keys.some(isDevelopmentKey)
    ? "the file holds the development key, with which everybody can sign"
    : undefined;
}

/** What is wrong with the files of a certificate and its key, as far as their names are known. */
export function tlsMistakes(tls: { certFile?: string | undefined; keyFile?: string | undefined }): Mistake[] {
  const path = ["grpc", "tls"];
  const mistakes: Mistake[] = [];
  const contents = (["certFile", "keyFile"] as const).flatMap((name) => {
    const file = tls[name];
    const text = file === undefined ? undefined : readText(file);
    if (text && "failure" in text) mistakes.push({ path: [...path, name], message: text.failure });
    return text && "content" in text ? [text.content] : [];
  });
  const [cert, key] = contents;
  if (cert === undefined || key === undefined || isPair(cert, key)) return mistakes;
  return [{ path, message: "certFile and keyFile must be a certificate chain and its private key, as PEM" }];
}

function isPair(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    // Without any certificate in the file OpenSSL has nothing to compare and says nothing.
    return cert.includes("-----BEGIN CERTIFICATE-----") && key.includes("PRIVATE KEY-----");
  } catch {
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not a key set either: the caller says so.
    return undefined;
  }
}
