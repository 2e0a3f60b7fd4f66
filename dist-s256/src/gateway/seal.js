import { CompactEncrypt, compactDecrypt, errors } from "jose";
import { digest, isCanonicalBase64url } from "../domain/secrets.js";
/** Longest text that is looked at, in characters. A picture holds the text of a code; the others hold ids and secrets. */
const maxLength = {
    handle: 2_048,
    "hosted-handle": 2_048,
    exchange: 2_048,
    picture: 8_192,
};
/** @throws TypeError when a key is not 32 bytes of base64url. */
export function createSeal(keys, clock) {
    // Imported once: jose would import bytes anew with each text, which takes as long as the rest.
    const known = new Map(keys.map((key) => [digest(key).slice(0, 8), imported(key)]));
    const [sealing] = known;
    if (!sealing)
        throw new TypeError("handleKeys must have at least one key");
    const [kid, sealingKey] = sealing;
    return {
        async seal(kind, content, { boundTo, expiresAt }) {
            const header = { alg: "dir", enc: "A256GCM", kid, typ: kind, exp: Math.ceil(expiresAt / 1000) };
            return new CompactEncrypt(Buffer.from(JSON.stringify(content)))
                .setProtectedHeader(boundTo === undefined ? header : { ...header, bnd: boundTo })
                .encrypt(await sealingKey);
        },
        async open(kind, text) {
            if (text.length > maxLength[kind])
                return undefined;
            // Gateways agree by the wall clock. One that was set forward does not end what is in use in this process.
            const now = Math.min(clock.wallNow(), clock.now());
            try {
                const { plaintext, protectedHeader: header } = await compactDecrypt(text, ({ kid: named }) => {
                    const key = known.get(named ?? "");
                    if (!key)
                        throw new errors.JWEDecryptionFailed();
                    return key;
                }, { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] });
                const { typ, exp, bnd } = header;
                if (typ !== kind || typeof exp !== "number" || exp * 1000 <= now)
                    return undefined;
                if (bnd !== undefined && typeof bnd !== "string")
                    return undefined;
                return { content: JSON.parse(Buffer.from(plaintext).toString("utf8")), boundTo: bnd };
            }
            catch (error) {
                if (isMalformed(error))
                    return undefined;
                throw error;
            }
        },
    };
}
function imported(key) {
    if (!isCanonicalBase64url(key, 32))
        throw new TypeError("a handle key must be 32 bytes as base64url");
    const bytes = Buffer.from(key, "base64url");
    return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
/** What jose and the parser throw at a text that is none of ours. */
function isMalformed(error) {
    return error instanceof errors.JOSEError || error instanceof SyntaxError;
}
