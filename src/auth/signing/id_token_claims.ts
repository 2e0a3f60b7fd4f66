import type { SignInContext, UserProfile } from "../../domain/user.js";
import { type Claims, protocolClaims } from "../claims/claims.js";

/**
 * What a further claim of a pool may not be called: in our ID Token these names are ours, or mean something to whoever
 * verifies it that the user's own token cannot have meant.
 */
const reservedClaims: ReadonlySet<string> = new Set([
  ...protocolClaims,
  ...["nickname", "name", "picture", "email", "email_verified", "phone_number", "phone_number_verified"],
  "user_pool_id",
]);

/**
 * The claims of an ID Token that describe the user and how they had signed in, by their standard names (OpenID Connect
 * Core 1.0, sections 2 and 5.1). What the approval does not tell is left out. The pool's further claims follow under their
 * own names, but for those that mean something else in our token.
 */
export function toIdTokenClaims(profile: UserProfile, signIn: SignInContext): Claims {
  const { nickname, name, photo, email, phone } = profile;
  return {
    // fromEntries makes own properties even of a claim called __proto__.
    ...Object.fromEntries(Object.entries(profile.claims).filter(([claim]) => !reservedClaims.has(claim))),
    ...(nickname !== "" && { nickname }),
    ...(name !== "" && { name }),
    ...(photo !== "" && { picture: photo }),
    ...(email !== "" && { email, email_verified: profile.emailVerified }),
    ...(phone !== "" && { phone_number: phone, phone_number_verified: profile.phoneVerified }),
    ...(signIn.authTime !== undefined && { auth_time: Math.floor(signIn.authTime / 1_000) }),
    ...(signIn.methods.length > 0 && { amr: [...signIn.methods] }),
    ...(signIn.acr !== "" && { acr: signIn.acr }),
  };
}
