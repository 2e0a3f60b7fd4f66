import type { ServiceToken } from "./service_tokens.js";

/** Returns the claims about the user, by their standard names (OpenID Connect Core 1.0, section 5.1). */
export function toUserInfo({ claims }: ServiceToken): Record<string, unknown> & { readonly sub: string } {
  // These describe the token and the sign-in.
  const { iss, aud, exp, iat, jti, client_id, user_pool_id, auth_time, amr, acr, ...user } = claims;
  return user;
}

/**
 * Returns the user in the form of V3. Omits what the token does not state, such as when the user was created. An
 * address without a statement counts as not verified.
 */
export function toProfile(token: ServiceToken): Record<string, unknown> {
  const { sub, nickname, name, picture, email, phone_number, ...claims } = toUserInfo(token);
  const { email_verified, phone_number_verified, ...customData } = claims;
  return {
    userId: sub,
    username: customData.preferred_username,
    nickname,
    name,
    photo: picture,
    email,
    emailVerified: email_verified === true,
    phone: phone_number,
    phoneVerified: phone_number_verified === true,
    customData,
  };
}
