import { millisecondsOf } from "../../base/durations.js";
import { type ExchangeUserInfoResponse, isQrLoginError } from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { HttpError } from "../http/http_error.js";

/** The token sets of V3, which need a service that signs tokens. */
export interface TokenSets {
  /** Whether the service signs tokens, so that no exchange ticket is spent for nothing. Throws what the service fails with. */
  areSigned(): Promise<boolean>;
  /** Refuses with TOKENS_NOT_SIGNED where there are none. */
  toTokenSet(response: ExchangeUserInfoResponse): Record<string, unknown>;
}

/** How long the answer of the service is believed. It changes with its configuration only. */
const cacheMs = 60_000;

export function createTokenSets({
  appClient,
  clock,
}: Pick<GatewayContext, "appClient" | "clock">): TokenSets {
  let cached: { readonly signed: boolean; readonly until: number } | undefined;

  return {
    async areSigned() {
      if (cached && cached.until > clock.now()) return cached.signed;
      const signed = await fetchIsSigned();
      cached = { signed, until: clock.now() + cacheMs };
      return signed;
    },

    toTokenSet({ tokenSet }) {
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
    },
  };

  async function fetchIsSigned(): Promise<boolean> {
    try {
      return (await appClient.getSigningKeys()).issuer !== "";
    } catch (error) {
      // A release that does not know the question signs none.
      if (isQrLoginError(error) && error.codeName === "UNIMPLEMENTED") return false;
      throw error;
    }
  }
}

export function tokensNotSigned(): HttpError {
  const text = "the sign-in service is not configured to sign tokens; take the user information instead";
  return new HttpError(501, "TOKENS_NOT_SIGNED", text);
}
