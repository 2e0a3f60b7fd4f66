import { type ExchangeUserInfoResponse, isQrLoginError } from "../../client/index.js";
import { millisecondsOf } from "../../domain/durations.js";
import type { GatewayParts } from "../parts.js";
import { HttpRefusal } from "../refusal.js";

/** The token sets of V3, which need a service that signs tokens. */
export interface TokenSets {
  /** Whether the service signs tokens, so that no exchange ticket is spent for nothing. Throws what the service fails with. */
  areSigned(): Promise<boolean>;
  /** Refuses with TOKENS_NOT_SIGNED where there are none. */
  of(response: ExchangeUserInfoResponse): Record<string, unknown>;
}

/** How long the answer of the service is believed. It changes with its configuration only. */
const believedMs = 60_000;

export function createTokenSets({ client, clock }: Pick<GatewayParts, "client" | "clock">): TokenSets {
  let known: { readonly signed: boolean; readonly until: number } | undefined;

  return {
    async areSigned() {
      if (known && known.until > clock.now()) return known.signed;
      const signed = await asked();
      known = { signed, until: clock.now() + believedMs };
      return signed;
    },

    of({ tokenSet }) {
      if (!tokenSet) throw tokensNotSigned();
      const lifetime = Math.floor(millisecondsOf(tokenSet.remainingDuration) / 1_000);
      return {
        scope: "openid profile email phone",
        access_token: tokenSet.accessToken,
        id_token: tokenSet.idToken,
        token_type: "Bearer",
        // Without the s in the hosted API, with it in RFC 6749.
        expire_in: lifetime,
        expires_in: lifetime,
      };
    },
  };

  async function asked(): Promise<boolean> {
    try {
      return (await client.getSigningKeys()).issuer !== "";
    } catch (error) {
      // A release that does not know the question signs none.
      if (isQrLoginError(error) && error.codeName === "UNIMPLEMENTED") return false;
      throw error;
    }
  }
}

export function tokensNotSigned(): HttpRefusal {
  const text = "the sign-in service is not configured to sign tokens; take the user information instead";
  return new HttpRefusal(501, "TOKENS_NOT_SIGNED", text);
}
