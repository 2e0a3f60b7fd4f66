import type { Json } from "../../domain/user.js";
import { type Claims, claimOf } from "../claims/claims.js";
import { userUnauthenticated } from "../user_errors.js";

/** The part of a JOSE header that says what a JWT is for. */
interface TypedHeader {
  readonly typ?: unknown;
  readonly cty?: unknown;
}

/** Header `typ` of ID tokens (absent or JWT) and of access tokens (RFC 9068), as a media type without `application/`. */
const acceptedTypes: ReadonlySet<string> = new Set(["jwt", "at+jwt"]);

/** Names by which issuers say in a claim that a token is an access token or an ID token, in lower case. */
const acceptedPurposes: ReadonlySet<string> = new Set([
  ...["access", "access_token", "access-token", "at+jwt", "bearer"],
  ...["id", "id_token", "id-token", "jwt"],
]);

/** Claims that name the use of a token and nothing else: `typ` of Keycloak, `token_use` of Cognito, `token_type` of others. */
const purposeClaims = ["typ", "token_use", "token_type"] as const;

/**
 * Checks that a JWT whose signature is right was made for a user to sign in with: issuers sign other JWTs with the same key, issuer,
 * audience and subject (RFC 8725, section 3.11). Accepts ID tokens and bearer access tokens of persons.
 *
 * @throws TicketError USER_UNAUTHENTICATED, whose cause says in the log what the token is instead.
 */
export function requireSignInToken(header: TypedHeader, claims: Claims): void {
  const objection = findPurposeFailure(header, claims);
  if (objection !== undefined) throw userUnauthenticated(objection);
}

function findPurposeFailure({ typ, cty }: TypedHeader, claims: Claims): string | undefined {
  if (typ !== undefined && !(typeof typ === "string" && acceptedTypes.has(mediaType(typ)))) {
    return "The header typ is neither JWT nor at+jwt: the token was made for another use.";
  }
  if (cty !== undefined && !(typeof cty === "string" && mediaType(cty) === "json")) {
    return "The header cty names other contents than claims.";
  }
  // RFC 8417: security event tokens and logout tokens.
  if (hasClaim(claims, "events")) return "The token reports events (claim events).";
  const named = purposeClaims.find(
    (name) => hasClaim(claims, name) && !isSignInPurpose(claimOf(claims, name)),
  );
  if (named !== undefined) return `The claim ${named} names another use than ID or access token.`;
  // Not purposeClaims: `type` may say anything about a user.
  if (lowerCaseOf(claimOf(claims, "type")) === "refresh") return "The claim type names a refresh token.";
  // RFC 7800: only whoever shows the proof may use it, and a Bearer credential shows none.
  if (hasClaim(claims, "cnf"))
    return "The token is bound to a key whose proof is not checked here (claim cnf).";
  // RFC 8693: the app would be told that the user agreed, and not who did.
  if (hasClaim(claims, "act")) return "Another party acts for the user (claim act).";
  return isClientCredentialsToken(claims)
    ? "The token was issued to an application and names no person."
    : undefined;
}

/**
 * Whether the token is one of the client credentials grant: its subject is the client itself (RFC 9068, section 2.2), or the issuer
 * says so, as Auth0 (`gty`), Entra ID (`idtyp`) and Keycloak (`preferred_username`) do.
 */
function isClientCredentialsToken(claims: Claims): boolean {
  const clients = ["client_id", "azp"].map((name) => claimOf(claims, name)).filter((id) => id !== undefined);
  const username = claimOf(claims, "preferred_username");
  return (
    clients.includes(claimOf(claims, "sub") ?? null) ||
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

/** The media type as RFC 7515, section 4.1.9, compares it: without the prefix and in any case. */
function mediaType(value: string): string {
  return value.toLowerCase().replace(/^application\//, "");
}
