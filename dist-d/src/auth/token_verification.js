import { decodeProtectedHeader, errors, jwtVerify, } from "jose";
import { KeysUnavailable } from "./key_set.js";
/**
 * Verifies a JWT with the keys of an issuer. Where none of them fits, the issuer may have changed its keys: they are read again,
 * within the limits of {@link KeySet.reread}, and tried once more. `optionsNow` is asked after each wait, since it holds the time.
 *
 * @throws KeysUnavailable
 * @throws errors of jose that blame the token.
 */
export async function verifiedJwt(token, keys, optionsNow) {
    const { alg = "", kid } = headerOf(token);
    // Before any key is looked at: no key set of the issuer can make up for it.
    if (!optionsNow().algorithms?.includes(alg))
        throw new errors.JOSEAlgNotAllowed();
    const areNew = await keys.refresh();
    try {
        return await verifiedNow(token, keys, optionsNow());
    }
    catch (error) {
        const isWrong = error instanceof errors.JWSSignatureVerificationFailed;
        const isUnknown = error instanceof errors.JWKSNoMatchingKey || error instanceof KeysUnavailable;
        if (areNew || (!isWrong && !isUnknown))
            throw error;
        if (!(await keys.reread({ token, kid, isSignatureWrong: isWrong })))
            throw error;
        return verifiedNow(token, keys, optionsNow());
    }
}
/** Reads the header before the signature is checked, so it only says which key to try. */
function headerOf(token) {
    try {
        return decodeProtectedHeader(token);
    }
    catch (cause) {
        throw new errors.JWSInvalid("This is no JWS.", { cause });
    }
}
async function verifiedNow(token, keys, options) {
    // From before: keys that change meanwhile may no longer hold the one that is used.
    const generation = keys.generation();
    const found = (payload, header) => 
    // The payload is the outcome of JSON.parse, whose type jose does not tell.
    ({ header, claims: payload, generation });
    try {
        const { payload, protectedHeader } = await jwtVerify(token, keys.keyFor, options);
        return found(payload, protectedHeader);
    }
    catch (error) {
        if (!(error instanceof errors.JWKSMultipleMatchingKeys))
            throw error;
        for await (const key of error) {
            try {
                const { payload, protectedHeader } = await jwtVerify(token, key, options);
                return found(payload, protectedHeader);
            }
            catch (failure) {
                if (!(failure instanceof errors.JWSSignatureVerificationFailed))
                    throw failure;
            }
        }
        throw new errors.JWSSignatureVerificationFailed();
    }
}
