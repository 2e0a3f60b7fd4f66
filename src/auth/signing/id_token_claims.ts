import type { SignInContext, UserProfile } from "../../domain/user.js";
import { type Claims, protocolClaims } from "../claims/claims.js";

/**
 * Names that an additional claim cannot use in our ID Token. They are either set here or interpreted by
 * verifiers of the token.
 */
const reservedClaims: ReadonlySet<string> = new Set([
  ...protocolClaims,
  ...["nickname", "name", "picture", "email", "email_verified", "phone_number", "phone_number_verified"],
  "user_pool_id",
]);

/**
 * Returns the ID Token claims that describe the user and the sign-in, by their standard names (OpenID Connect
 * Core 1.0, sections 2 and 5.1). Omits what the approval does not contain. Additional claims of the pool keep
 * their names; those with a reserved name are omitted.
 */
export function toIdTokenClaims(profile: UserProfile, signIn: SignInContext): Claims {
  const { nickname, name, photo, email, phone } = profile;
  return {
    // fromEntries creates own properties even for a claim called __proto__.
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
