import { millisecondsOf } from "../../base/durations.js";
import type { ExchangeUserInfoResponse } from "../../client/index.js";
import { HttpError } from "../http/http_error.js";

/** Returns the token set as V3 writes it. Refuses with TOKENS_NOT_SIGNED where the service signs no tokens. */
export function toTokenSet({ tokenSet }: ExchangeUserInfoResponse): Record<string, unknown> {
  if (!tokenSet) throw tokensNotSigned();
  const lifetime = Math.floor(millisecondsOf(tokenSet.remainingDuration) / 1_000);
  return {
    scope: "openid profile email phone",
    access_token: tokenSet.accessToken,
    id_token: tokenSet.idToken,
    token_type: "Bearer",
    // Without the s in the Authing API, with it in RFC 6749.
    expire_in: lifetime,
    expires_in: lifetime,
  };
}

export function tokensNotSigned(): HttpError {
  const text = "the sign-in service is not configured to sign tokens; take the user information instead";
  return new HttpError(501, "TOKENS_NOT_SIGNED", text);
}
