import type { JWTPayload } from "jose";
import type { UserPoolConfig } from "../config/config.js";
/**
 * Returns why no user pool matches a token, for the log: the issuer and the audience that came, and a pool that is nearly right. The
 * claims are unverified and may be anybody's words, so they are marked as such, cut, and free of control characters.
 */
export declare function unmatchedToken({ iss, aud }: JWTPayload, pools: readonly UserPoolConfig[]): string;
