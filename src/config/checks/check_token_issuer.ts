import type { KeyObject } from "node:crypto";
import type { Problem } from "../config_error.js";
import { readPublicKeys } from "../files/key_files.js";
import { isPublicKeyOf, isSameKey, readSigningKey } from "../files/read_signing_key.js";
import type { PartialConfig } from "../schema/config_schema.js";

/**
 * Checks the keys of the token issuer, and that no user pool trusts its issuer or keys. A token that reports
 * a sign-in to an app must never approve one.
 */
export function checkTokenIssuer({ tokenIssuer, userPools = [] }: PartialConfig): Problem[] {
  const signingKeys = new Map<number, KeyObject>();
  const problems: Problem[] = [];
  for (const [index, { file } = {}] of tokenIssuer?.keys?.entries() ?? []) {
    if (file === undefined) continue;
    const read = readSigningKey(file);
    const message = "failure" in read ? read.failure : describeRepeatedKey(read.key, signingKeys);
    if (message !== undefined) problems.push({ path: ["tokenIssuer", "keys", index, "file"], message });
    else if ("key" in read) signingKeys.set(index, read.key);
  }
  for (const [index, pool] of userPools.entries()) {
    if (pool?.issuer !== undefined && pool.issuer === tokenIssuer?.issuer) {
      const message = "is tokenIssuer.issuer, whose tokens cannot approve a sign-in";
      problems.push({ path: ["userPools", index, "issuer"], message, other: ["tokenIssuer", "issuer"] });
    }
    const keys: { jwksUri?: unknown; jwksFile?: string | undefined; hs256Secret?: unknown } =
      pool?.keys ?? {};
    const signingIndex =
      keys.jwksFile === undefined ? undefined : findSigningKeyIn(keys.jwksFile, signingKeys);
    if (signingIndex === undefined) continue;
    const message =
      `the file contains the key of tokenIssuer.keys[${signingIndex}], ` +
      "whose tokens cannot approve a sign-in";
    const other = ["tokenIssuer", "keys", signingIndex, "file"];
    problems.push({ path: ["userPools", index, "keys", "jwksFile"], message, other });
  }
  return problems;
}

function describeRepeatedKey(key: KeyObject, signing: ReadonlyMap<number, KeyObject>): string | undefined {
  const first = [...signing].find(([, other]) => isSameKey(other, key))?.[0];
  return first === undefined ? undefined : `the file contains the same key as tokenIssuer.keys[${first}]`;
}

/** Returns the index of the signing key whose public half is in the file. */
function findSigningKeyIn(jwksFile: string, signing: ReadonlyMap<number, KeyObject>): number | undefined {
  const known = readPublicKeys(jwksFile);
  return [...signing].find(([, key]) => known.some((jwk) => isPublicKeyOf(key, jwk)))?.[0];
}
