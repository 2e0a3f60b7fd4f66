import { claimOf } from "./claims.js";
import { userUnauthenticated } from "./user_refusals.js";
/** Header `typ` of ID tokens (absent or JWT) and of access tokens (RFC 9068), as a media type without `application/`. */
const types = new Set(["jwt", "at+jwt"]);
/** Names by which issuers say in a claim that a token is an access token or an ID token, in lower case. */
const purposes = new Set([
    ...["access", "access_token", "access-token", "at+jwt", "bearer"],
    ...["id", "id_token", "id-token", "jwt"],
]);
/** Claims that name the use of a token and nothing else: `typ` of Keycloak, `token_use` of Cognito, `token_type` of others. */
const purposeClaims = ["typ", "token_use", "token_type"];
/**
 * Checks that a JWT whose signature is right was made for a user to sign in with: issuers sign other JWTs with the same key, issuer,
 * audience and subject (RFC 8725, section 3.11). Accepts ID tokens and bearer access tokens of persons.
 *
 * @throws Refusal USER_UNAUTHENTICATED, whose cause says in the log what the token is instead.
 */
export function demandSignInToken(header, claims) {
    const objection = objectionTo(header, claims);
    if (objection !== undefined)
        throw userUnauthenticated(objection);
}
function objectionTo({ typ, cty }, claims) {
    if (typ !== undefined && !(typeof typ === "string" && types.has(mediaType(typ)))) {
        return "The header typ is neither JWT nor at+jwt: the token was made for another use.";
    }
    if (cty !== undefined && !(typeof cty === "string" && mediaType(cty) === "json")) {
        return "The header cty names other contents than claims.";
    }
    // RFC 8417: security event tokens and logout tokens.
    if (has(claims, "events"))
        return "The token reports events (claim events).";
    const named = purposeClaims.find((name) => has(claims, name) && !isSignIn(claimOf(claims, name)));
    if (named !== undefined)
        return `The claim ${named} names another use than ID or access token.`;
    // Not purposeClaims: `type` may say anything about a user.
    if (lowered(claimOf(claims, "type")) === "refresh")
        return "The claim type names a refresh token.";
    // RFC 7800: only whoever shows the proof may use it, and a Bearer credential shows none.
    if (has(claims, "cnf"))
        return "The token is bound to a key whose proof is not checked here (claim cnf).";
    // RFC 8693: the app would be told that the user agreed, and not who did.
    if (has(claims, "act"))
        return "Another party acts for the user (claim act).";
    return isMachine(claims) ? "The token was issued to an application and names no person." : undefined;
}
/**
 * Whether the token is one of the client credentials grant: its subject is the client itself (RFC 9068, section 2.2), or the issuer
 * says so, as Auth0 (`gty`), Entra ID (`idtyp`) and Keycloak (`preferred_username`) do.
 */
function isMachine(claims) {
    const clients = ["client_id", "azp"].map((name) => claimOf(claims, name)).filter((id) => id !== undefined);
    const username = claimOf(claims, "preferred_username");
    return (clients.includes(claimOf(claims, "sub") ?? null) ||
        claimOf(claims, "gty") === "client-credentials" ||
        claimOf(claims, "idtyp") === "app" ||
        clients.some((id) => username === `service-account-${id}`));
}
function has(claims, name) {
    return claimOf(claims, name) !== undefined;
}
function isSignIn(value) {
    return purposes.has(lowered(value));
}
function lowered(value) {
    return typeof value === "string" ? value.toLowerCase() : "";
}
/** The media type as RFC 7515, section 4.1.9, compares it: without the prefix and in any case. */
function mediaType(value) {
    return value.toLowerCase().replace(/^application\//, "");
}
