import type { SignInContext, UserProfile } from "../domain/user.js";
import { type Claims } from "./claims.js";
/**
 * The claims of an ID Token that describe the user and how they had signed in, by their standard names (OpenID Connect
 * Core 1.0, sections 2 and 5.1). What the approval does not tell is left out. The pool's further claims follow under their
 * own names, but for those that mean something else in our token.
 */
export declare function userClaims(profile: UserProfile, signIn: SignInContext): Claims;
