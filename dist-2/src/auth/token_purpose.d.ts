import { type Claims } from "./claims.js";
/** The part of a JOSE header that says what a JWT is for. */
interface TypedHeader {
    readonly typ?: unknown;
    readonly cty?: unknown;
}
/**
 * Checks that a JWT whose signature is right was made for a user to sign in with: issuers sign other JWTs with the same key, issuer,
 * audience and subject (RFC 8725, section 3.11). Accepts ID tokens and bearer access tokens of persons.
 *
 * @throws Refusal USER_UNAUTHENTICATED, whose cause says in the log what the token is instead.
 */
export declare function demandSignInToken(header: TypedHeader, claims: Claims): void;
export {};
