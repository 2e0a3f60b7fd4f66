import type { Json } from "../../domain/user.js";
import { type Claims, claimOf } from "../claims/claims.js";
import { userUnauthenticated } from "../user_errors.js";

/** Parameters of a JOSE header that state the type of a JWT and of its content. */
interface TypedHeader {
  readonly typ?: unknown;
  readonly cty?: unknown;
}

/**
 * Values of the header `typ` of ID tokens (absent or JWT) and of access tokens (RFC 9068), as media types
 * without `application/`.
 */
const acceptedTypes: ReadonlySet<string> = new Set(["jwt", "at+jwt"]);

/** Values, in lower case, by which issuers mark a token as an access token or an ID token in a claim. */
const acceptedPurposes: ReadonlySet<string> = new Set([
  ...["access", "access_token", "access-token", "at+jwt", "bearer"],
  ...["id", "id_token", "id-token", "jwt"],
]);

/**
 * Claims that state only the purpose of a token: `typ` of Keycloak, `token_use` of Cognito, `token_type` of
 * others.
 */
export const purposeClaims = ["typ", "token_use", "token_type"] as const;

/**
 * Checks that a JWT with a valid signature was issued for a user to sign in. Issuers sign other JWTs with the
 * same key, issuer, audience and subject (RFC 8725, section 3.11). Accepts ID tokens and bearer access tokens
 * of persons.
 *
 * @throws TicketError USER_UNAUTHENTICATED; the cause states, for the log, why the token was rejected.
 */
export function requireSignInToken(header: TypedHeader, claims: Claims): void {
  const failure = findPurposeFailure(header, claims);
  if (failure !== undefined) throw userUnauthenticated(failure);
}

/** Returns why a token was not issued for a user to sign in, for the log; undefined if it was. */
export function findPurposeFailure({ typ, cty }: TypedHeader, claims: Claims): string | undefined {
  if (typ !== undefined && !(typeof typ === "string" && acceptedTypes.has(mediaType(typ)))) {
    return "The header typ is neither JWT nor at+jwt: the token has another purpose.";
  }
  if (cty !== undefined && !(typeof cty === "string" && mediaType(cty) === "json")) {
    return "The header cty names a content type other than claims.";
  }
  // RFC 8417: security event tokens and logout tokens.
  if (hasClaim(claims, "events")) return "The token reports events (claim events).";
  const named = purposeClaims.find(
    (name) => hasClaim(claims, name) && !isSignInPurpose(claimOf(claims, name)),
  );
  if (named !== undefined) return `The claim ${named} is neither that of an ID token nor of an access token.`;
  // `type` is not one of purposeClaims: it may state anything about a user.
  if (lowerCaseOf(claimOf(claims, "type")) === "refresh") return "The claim type names a refresh token.";
  // RFC 7800: the bearer must prove possession of the key, and a Bearer credential contains no proof.
  if (hasClaim(claims, "cnf"))
    return "The token is bound to a key, and proof of possession is not supported (claim cnf).";
  // RFC 8693: the app would learn that the user agreed, but not who acted for the user.
  if (hasClaim(claims, "act")) return "Another party acts for the user (claim act).";
  return isClientCredentialsToken(claims)
    ? "The token was issued to an application and names no person."
    : undefined;
}

/**
 * Returns whether the token is one of the client credentials grant: its subject is the client itself (RFC
 * 9068, section 2.2), or it is marked by the issuer, as by Auth0 (`gty`), Entra ID (`idtyp`) and Keycloak
 * (`preferred_username`).
 */
function isClientCredentialsToken(claims: Claims): boolean {
  // Other values name no client. An object may have no text form either: { "toString": false }.
  const clients = ["client_id", "azp"]
    .map((name) => claimOf(claims, name))
    .filter((id) => typeof id === "string" || typeof id === "number");
  const subject = claimOf(claims, "sub");
  const username = claimOf(claims, "preferred_username");
  return (
    clients.some((id) => id === subject) ||
    claimOf(claims, "gty") === "client-credentials" ||
    claimOf(claims, "idtyp") === "app" ||
    clients.some((id) => username === `service-account-${id}`)
  );
}

function hasClaim(claims: Claims, name: string): boolean {
  return claimOf(claims, name) !== undefined;
}

function isSignInPurpose(value: Json | undefined): boolean {
  return acceptedPurposes.has(lowerCaseOf(value));
}

function lowerCaseOf(value: Json | undefined): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

/** Returns the media type as RFC 7515, section 4.1.9, compares it: without the prefix, in lower case. */
function mediaType(value: string): string {
  return value.toLowerCase().replace(/^application\//, "");
}
