import {
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import type { Claims } from "../claims/claims.js";
import { type KeySet, KeysUnavailableError } from "../keys/key_set.js";

/** Verified content of a JWT. */
export interface VerifiedJwt {
  readonly header: JWTHeaderParameters;
  readonly claims: Claims;
  /** Generation of the keys before the verification; undefined if they were older than allowed. */
  readonly generation: number | undefined;
}

/**
 * Verifies a JWT with the keys of an issuer. If no key matches, fetches the keys within the limits of {@link
 * KeySet.refreshForToken} and tries once more, since the issuer may have rotated them. Calls `createOptions`
 * after each wait, since the options contain the current time.
 *
 * @throws KeysUnavailableError
 * @throws an error of jose when the token is at fault.
 */
export async function verifyJwt(
  token: string,
  keys: KeySet,
  createOptions: () => JWTVerifyOptions,
): Promise<VerifiedJwt> {
  const { alg = "", kid } = readHeader(token);
  // Checked before the keys, since no key can make a forbidden algorithm acceptable.
  if (!createOptions().algorithms?.includes(alg)) throw new errors.JOSEAlgNotAllowed();
  const wereRefreshed = await keys.refreshIfStale();
  try {
    return await verifyOnce(token, keys, createOptions());
  } catch (error) {
    const isWrong = error instanceof errors.JWSSignatureVerificationFailed;
    const isUnknown = error instanceof errors.JWKSNoMatchingKey || error instanceof KeysUnavailableError;
    if (wereRefreshed || (!isWrong && !isUnknown)) throw error;
    if (!(await keys.refreshForToken({ token, kid, hasWrongSignature: isWrong }))) throw error;
    return verifyOnce(token, keys, createOptions());
  }
}

/** Reads the header before the signature is verified. Use it only to select a key. */
function readHeader(token: string): { alg?: string | undefined; kid?: string | undefined } {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new errors.JWSInvalid("The token is not a JWS.", { cause });
  }
}

async function verifyOnce(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<VerifiedJwt> {
  // Read before the verification, during which the key that is used may be removed from the set.
  const generation = keys.generation();
  const toVerifiedJwt = (payload: JWTPayload, header: JWTHeaderParameters): VerifiedJwt =>
    // jose does not state that the payload is the result of JSON.parse.
    ({ header, claims: payload as Claims, generation });
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys.getKey, options);
    return toVerifiedJwt(payload, protectedHeader);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, key, options);
        return toVerifiedJwt(payload, protectedHeader);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
