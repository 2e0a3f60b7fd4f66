import { millisecondsOf } from "../../base/durations.js";
import { type ExchangeUserInfoResponse, isQrLoginError } from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { HttpError } from "../http/http_error.js";

/** Token sets of V3, which require a service that signs tokens. */
export interface TokenSets {
  /**
   * Resolves with true if the service signs tokens. Check before an exchange, which would otherwise yield no
   * tokens.
   *
   * @throws QrLoginError if the service fails.
   */
  areSigned(): Promise<boolean>;
  /**
   * Returns the token set of a response in the form of V3.
   *
   * @throws HttpError TOKENS_NOT_SIGNED if the response has none.
   */
  toTokenSet(response: ExchangeUserInfoResponse): Record<string, unknown>;
}

/**
 * Time that the service's answer is cached, in milliseconds. It changes only with the service's
 * configuration.
 */
const cacheMs = 60_000;

/** Creates the token sets of V3. */
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
        // `expire_in` in the Authing API, `expires_in` in RFC 6749.
        expire_in: lifetime,
        expires_in: lifetime,
      };
    },
  };

  async function fetchIsSigned(): Promise<boolean> {
    try {
      return (await appClient.getSigningKeys()).issuer !== "";
    } catch (error) {
      // A release without this RPC does not sign tokens.
      if (isQrLoginError(error) && error.codeName === "UNIMPLEMENTED") return false;
      throw error;
    }
  }
}

/** Creates the error for a service that does not sign tokens. */
export function tokensNotSigned(): HttpError {
  const text =
    "the sign-in service is not configured to sign tokens; exchange the ticket for user information instead";
  return new HttpError(501, "TOKENS_NOT_SIGNED", text);
}
