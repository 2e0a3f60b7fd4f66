import { createFurtherClaims, isPlainText } from "./further_claims.js";
/**
 * Claims that describe the token and not the user (RFC 7519, section 4.1, RFC 7800, RFC 8693, OpenID Connect Core 1.0, sections 2,
 * 3.1.3.6 and 3.3.2.11, and its logout specifications).
 */
export const tokenClaims = new Set([
    ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "may_act", "scope", "client_id"],
    ...["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events"],
]);
/** Longest text that is taken from a claim, in characters. Addresses of photos are often signed and then longer. */
const maxText = 1024;
const maxPhoto = 4096;
/** Longest method of a sign-in, in characters, and most methods that are told. RFC 8176 names 18 of at most 6. */
const maxMethod = 128;
const maxMethods = 32;
// The last second that a google.protobuf.Timestamp can say.
const maxSeconds = 253_402_300_799;
/**
 * Returns the user as the claims describe them, or undefined where the pool's user id claim is absent or is neither a text of 1
 * to 1024 characters nor a safe integer.
 *
 * Any other claim decides nothing. One that has the wrong type, or is longer than 1024 characters (the photo: 4096), is left out:
 * half an address would be a different address. So is a further claim of more than 4096 characters as JSON, or whatever else
 * {@link createFurtherClaims} does not take.
 */
export function profileOf(pool, claims, onLeftOut = () => { }) {
    const names = pool.claims;
    const userId = userIdIn(claimOf(claims, names.userId));
    if (userId === "")
        return undefined;
    const text = (name, most = maxText) => {
        const value = claimOf(claims, names[name]);
        const taken = textOf(value, most);
        const isAbsent = value === undefined || value === null || value === "";
        if (taken === "" && !isAbsent)
            onLeftOut(names[name], `It is no text of at most ${most} characters.`);
        return taken;
    };
    const email = text("email");
    const phone = text("phone");
    const further = createFurtherClaims();
    for (const name of new Set(pool.furtherClaims)) {
        const value = claimOf(claims, name);
        const failure = value === undefined ? undefined : further.add(name, value);
        if (failure !== undefined)
            onLeftOut(name, failure);
    }
    return {
        userId,
        nickname: text("nickname"),
        name: text("name"),
        photo: text("photo", maxPhoto),
        email,
        emailVerified: email !== "" && isTrue(claimOf(claims, names.emailVerified)),
        phone,
        phoneVerified: phone !== "" && isTrue(claimOf(claims, names.phoneVerified)),
        claims: further.taken(),
    };
}
/** Whether a claim is the boolean true, or the text "true" that some large issuers send in its place. */
export function isTrue(value) {
    return value === true || value === "true";
}
/** How the user had signed in, by the claims of the token. What is absent or of the wrong type is left empty. */
export function signInOf(claims) {
    const authTime = claimOf(claims, "auth_time");
    const methods = claimOf(claims, "amr");
    return {
        clientId: textOf(claimOf(claims, "azp")) || textOf(claimOf(claims, "client_id")),
        authTime: isTimestamp(authTime) ? Math.round(authTime * 1000) : undefined,
        methods: isTexts(methods) ? methods : [],
        acr: textOf(claimOf(claims, "acr")),
    };
}
/** The claim of that name; undefined if absent. Never something that every object inherits. */
export function claimOf(claims, name) {
    return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
function userIdIn(value) {
    // JSON.parse rounds larger numbers: two users would become one.
    return Number.isSafeInteger(value) ? String(value) : textOf(value);
}
function textOf(value, most = maxText) {
    return typeof value === "string" && value.length <= most && isPlainText(value) ? value : "";
}
function isTimestamp(value) {
    return typeof value === "number" && value >= 0 && value <= maxSeconds;
}
function isTexts(value) {
    return (Array.isArray(value) &&
        value.length <= maxMethods &&
        value.every((item) => textOf(item, maxMethod) !== ""));
}
