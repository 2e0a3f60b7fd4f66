import type { ServiceToken } from "../oidc/service_tokens.js";
import { toProfile } from "../oidc/token_user.js";

/**
 * Returns the user in the form of V2, from what an ID token states. The token is part of the user, as after a sign-in:
 * the SDKs replace the token that they keep by that of the user.
 */
export function toCurrentUser(serviceToken: ServiceToken, token: string): Record<string, unknown> {
  const { userId: id, ...profile } = toProfile(serviceToken);
  const { user_pool_id: userPoolId, exp } = serviceToken.claims;
  return { id, userPoolId, ...profile, token, tokenExpiredAt: new Date(exp * 1_000).toISOString() };
}

/** Returns that user in the form of GraphQL, where `customData` is a list. The SDKs parse a value of type `OBJECT`. */
export function toGraphqlUser(serviceToken: ServiceToken, token: string): Record<string, unknown> {
  const { customData, ...user } = toCurrentUser(serviceToken, token);
  const entries = Object.entries(customData as Readonly<Record<string, unknown>>);
  return {
    ...user,
    customData: entries.map(([key, value]) => ({ key, value: JSON.stringify(value), dataType: "OBJECT" })),
  };
}

/** Returns the status of a valid token. It says nothing about a session, because the service keeps none. */
export function toLoginStatus({ claims: { sub, exp, iat, user_pool_id } }: ServiceToken) {
  const data = { id: sub, userPoolId: user_pool_id };
  return { code: 200, message: "the token is genuine and has not expired", status: true, exp, iat, data };
}
