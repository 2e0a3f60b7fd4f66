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
 * Verifies a JWT with the keys of an issuer. Where none of them fits, the issuer may have changed its keys: they are read again,
 * within the limits of {@link KeySet.refreshForToken}, and tried once more. `createOptions` is asked after each wait, since it holds the time.
 *
 * @throws KeysUnavailableError
 * @throws errors of jose that blame the token.
 */
export async function verifyJwt(
  token: string,
  keys: KeySet,
  createOptions: () => JWTVerifyOptions,
): Promise<VerifiedJwt> {
  const { alg = "", kid } = readHeader(token);
  // Before any key is looked at: no key set of the issuer can make up for it.
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

/** Reads the header before the signature is checked, so it only says which key to try. */
function readHeader(token: string): { alg?: string | undefined; kid?: string | undefined } {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new errors.JWSInvalid("This is no JWS.", { cause });
  }
}

async function verifyOnce(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<VerifiedJwt> {
  // From before: keys that change meanwhile may no longer hold the one that is used.
  const generation = keys.generation();
  const toVerifiedJwt = (payload: JWTPayload, header: JWTHeaderParameters): VerifiedJwt =>
    // The payload is the outcome of JSON.parse, whose type jose does not tell.
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
