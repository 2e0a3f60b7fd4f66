import { readBasic } from "../domain/basic_credentials.js";
import { Refusal } from "../domain/refusal.js";
import { digest, hexDigest, sameDigest } from "../domain/secrets.js";
/** Longest `authorization` value that is looked at, in characters. */
const maxLength = 2048;
const usualSpelling = /^Basic [^ ]/;
// As long as a digest and never equal to one.
const noDigest = "-".repeat(64);
/**
 * Knows apps by `Basic base64(app_id:app_secret)` (RFC 7617) in its one canonical form: padded, UTF-8, and exactly one
 * value. Id and secret may be encoded as form fields before that, as OAuth clients do (RFC 6749, section 2.3.1). An app may have
 * several secrets at a time, so that they can be rotated. An app id may not hold a colon.
 */
export function createAppAuthenticator(apps) {
    // Every caller costs the same number of comparisons: an unknown app is not told apart from a wrong secret.
    const comparisons = Math.max(1, ...apps.map((app) => app.secretSha256.length));
    const padded = (digests) => [
        ...digests,
        ...Array(comparisons - digests.length).fill(noDigest),
    ];
    const configured = new Map(apps.map((app) => [app.id, { app, digests: padded(app.secretSha256) }]));
    const unknown = { app: undefined, digests: padded([]) };
    // Values that have proved an app, by their SHA-256: to know one again takes one hash, and no credential is kept.
    const proven = new Map();
    return {
        authenticate(authorization) {
            const [value] = authorization;
            if (value === undefined || authorization.length !== 1)
                throw unauthenticated(`there are ${authorization.length} authorization values and not one`);
            if (value.length > maxLength)
                throw unauthenticated("the authorization value is too long");
            const valueDigest = digest(value);
            const provenApp = proven.get(valueDigest);
            if (provenApp)
                return provenApp;
            const read = readBasic(value);
            if ("failure" in read)
                throw unauthenticated(read.failure);
            const { id, secret, decoded } = read;
            const { app, digests } = configured.get(id) ?? configured.get(decoded.id) ?? unknown;
            const presented = hexDigest(secret);
            const presentedDecoded = decoded.secret === secret ? presented : hexDigest(decoded.secret);
            let isRight = false;
            let isRightDecoded = false;
            for (const known of digests) {
                // No early end: the time does not tell which secret fitted, nor in which form.
                if (sameDigest(presented, known))
                    isRight = true;
                if (sameDigest(presentedDecoded, known))
                    isRightDecoded = true;
            }
            // An id that nobody has may be a secret in the wrong place, so it stays out of the log.
            if (!app)
                throw unauthenticated(`no app has the id that came, of ${id.length} characters`);
            if (!isRight && !isRightDecoded)
                throw unauthenticated(`the secret of the app ${app.id} is wrong`);
            // As they stand and in the usual spelling of "Basic " alone, so that there are no more of them than secrets.
            if (isRight && app.id === id && usualSpelling.test(value))
                proven.set(valueDigest, app);
            return app;
        },
    };
}
/** `why` is for the log, and holds no secret. A text, since an Error would cost a stranger's call twice its time. */
function unauthenticated(why) {
    return new Refusal("APP_UNAUTHENTICATED", undefined, { cause: why });
}
