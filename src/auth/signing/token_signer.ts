import { type JsonWebKeyInput, randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import type { Clock } from "../../base/clock.js";
import type { TokenIssuerConfig } from "../../config/config.js";
import { isPublicKeyOf } from "../../config/files/read_signing_key.js";
import type { Approval } from "../../domain/ticket.js";
import { toIdTokenClaims } from "./id_token_claims.js";
import { createJwtSigner } from "./jwt_signer.js";
import { loadSigningKeys } from "./signing_keys.js";

/** Signer of the tokens that apps receive about users who have signed in. */
export interface TokenSigner {
  /** Claim `iss` of the tokens. */
  readonly issuer: string;
  /** Public keys that verify the tokens, as the JSON text of a key set (RFC 7517). */
  readonly jwks: string;
  /** Returns whether a JWK is one of the signer's keys, which no user pool may have. */
  owns(jwk: JsonWebKeyInput["key"]): boolean;
  /**
   * Resolves with an ID token and an access token for the app.
   *
   * @throws Error when the cryptography of the platform fails. No value of a user or an app can cause that.
   */
  sign(signedIn: TokenParameters): Promise<SignedTokens>;
}

/** User that the tokens describe, and app that receives them. */
export interface TokenParameters {
  readonly appId: string;
  readonly userPoolId: string;
  readonly approval: Pick<Approval, "profile" | "signIn">;
}

export interface SignedTokens {
  /** ID Token (OpenID Connect Core 1.0, section 2). */
  readonly idToken: string;
  /** Access token (RFC 9068). */
  readonly accessToken: string;
  /** Expiry of both tokens, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Time from signing to expiry, in milliseconds. */
  readonly expiresInMs: number;
}

/**
 * Loads or generates the keys. The first key signs; all of them are published.
 *
 * @throws Error that names the file when it does not contain a usable key.
 */
export async function createTokenSigner(config: TokenIssuerConfig, clock: Clock): Promise<TokenSigner> {
  const { issuer, tokenTtl, profileInAccessToken } = config;
  const keys = await loadSigningKeys(config.keys);
  const signJwt = createJwtSigner(keys[0]);

  return {
    issuer,
    jwks: JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }),
    owns: (jwk) => keys.some((key) => isPublicKeyOf(key.privateKey, jwk)),
    async sign({ appId, userPoolId, approval: { profile, signIn } }) {
      // By the wall clock, since other parties compare these times with their own clocks.
      const now = clock.wallNow();
      const issuedAt = Math.floor(now / 1_000);
      const expiresAt = issuedAt + Math.floor(tokenTtl / 1_000);
      // JSON would write NaN as null, and some verifiers accept a token without an expiry for ever.
      if (!Number.isSafeInteger(expiresAt)) throw new Error("a token would have no expiry");
      const signToken = (typ: string, claims: JWTPayload) =>
        signJwt(typ, {
          ...claims,
          user_pool_id: userPoolId,
          ...{ iss: issuer, sub: profile.userId, aud: appId, iat: issuedAt, exp: expiresAt },
        });
      const claims = toIdTokenClaims(profile, signIn);
      const [idToken, accessToken] = await Promise.all([
        signToken("JWT", claims),
        // RFC 9068, section 2.2.2, allows claims about the user.
        signToken("at+jwt", { ...(profileInAccessToken && claims), client_id: appId, jti: randomUUID() }),
      ]);
      return { idToken, accessToken, expiresAt: expiresAt * 1_000, expiresInMs: expiresAt * 1_000 - now };
    },
  };
}
