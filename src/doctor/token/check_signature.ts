import { errors } from "jose";
import { createKeySet, type KeyPool, KeysUnavailableError } from "../../auth/keys/key_set.js";
import { formatClaim } from "../../auth/tokens/explain_unmatched_token.js";
import { verifyJwt } from "../../auth/tokens/verify_jwt.js";
import { type CheckContext, type Explanation, type Finding, findingsOf } from "../finding.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";
import type { DecodedToken } from "./decode_token.js";
import type { TokenRules } from "./token_rules.js";

/** Tolerance in seconds with which no token is expired: other findings judge the times. */
const anyTime = 1e11;

/** Checks algorithm, key and signature of a token, whatever its claims are. */
export async function checkSignature(
  token: string,
  { header }: DecodedToken,
  pool: KeyPool,
  { userTokens, signer }: Pick<TokenRules, "userTokens" | "signer">,
  { clock, timeout, outgoing }: CheckContext,
): Promise<readonly Finding[]> {
  const { ok, failed } = findingsOf("signature");
  const named = `algorithm ${formatClaim(header.alg)}, key ${header.kid === undefined ? "not named (no kid)" : formatClaim(header.kid)}`;
  try {
    const keys = createKeySet(pool, { ...userTokens, issuerTimeout: timeout }, { clock, outgoing, signer });
    await verifyJwt(token, keys, () => ({ algorithms: [...pool.algorithms], clockTolerance: anyTime }));
    return [ok(`valid: ${named}`)];
  } catch (error) {
    return [failed(`cannot be verified: ${named}`, explain(error, pool))];
  }
}

function explain(error: unknown, { id, algorithms, keys }: KeyPool): Explanation {
  if (error instanceof KeysUnavailableError) {
    const known = explainConnectionFailure(error.cause);
    const text = error.cause instanceof Error ? error.cause.message : undefined;
    return {
      cause: `the keys of the issuer are not available: ${known.remedy === undefined ? text : known.cause}`,
      remedy: `check them with qrlogin doctor: keys of ${id}`,
    };
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return {
      cause: `the pool ${id} accepts ${algorithms.join(", ")}`,
      remedy: "add the algorithm to algorithms of the pool, or let the issuer use one of the pool's",
    };
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return {
      cause: "the issuer's key set has no such key",
      remedy:
        "jwksUri" in keys
          ? "check that keys.jwksUri belongs to the issuer that signed the token; after a rotation, get a fresh token"
          : "add the issuer's current key to the file",
    };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return {
      cause: "another key has signed it, or it was changed on the way",
      remedy: "check that the keys of the pool are those of the issuer that signed the token",
    };
  }
  if (error instanceof errors.JOSEError) return { cause: error.code };
  return { cause: error instanceof Error ? error.message : String(error) };
}
