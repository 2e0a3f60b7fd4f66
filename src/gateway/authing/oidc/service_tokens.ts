import { createLocalJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Clock } from "../../../base/clock.js";
import type { GetSigningKeysResponse } from "../../../client/index.js";
import type { AppRegistry, RegisteredApp } from "../../access/app_registry.js";
import { HttpError, tokensNotSigned } from "../../http/http_error.js";
import { type SigningKeyCache, signingKeysMaxAgeMs } from "../../tickets/signing_key_cache.js";

/** Kind of a token that the service signs. The header `typ` states it, so neither passes for the other. */
export type TokenKind = "access" | "id";

const typByKind: Readonly<Record<TokenKind, string>> = { access: "at+jwt", id: "JWT" };

/** Algorithms of the service's keys. Anything else, such as HS256 with a public key as its secret, is rejected. */
const algorithms = ["ES256", "RS256"];

/** Age at which the keys are requested again for a token whose key is unknown, in milliseconds. */
const refreshAgeMs = 10_000;

/** A token that the service signed for an app of this gateway, and that has not expired. */
export interface ServiceToken {
  /** The app that the token was signed for: its `aud`. */
  readonly app: RegisteredApp;
  readonly claims: JWTPayload & { readonly sub: string; readonly exp: number; readonly iat: number };
}

/** Verifies the tokens that the service signs for apps. */
export interface ServiceTokens {
  /**
   * Resolves with the claims of a token. With `appId`, only a token for this app is valid.
   *
   * @throws HttpError USER_UNAUTHENTICATED if the token is not one of this kind, of this service and for the app;
   *   USER_TOKEN_EXPIRED; TOKENS_NOT_SIGNED.
   * @throws QrLoginError if the service cannot return its keys.
   */
  verify(token: string, kind: TokenKind, appId?: string): Promise<ServiceToken>;
}

/** Creates the verifier. It asks the service for a new key at most once in ten seconds. */
export function createServiceTokens(
  apps: AppRegistry,
  signingKeyCache: SigningKeyCache,
  clock: Clock,
): ServiceTokens {
  const getKeyByResponse = new WeakMap<GetSigningKeysResponse, JWTVerifyGetKey>();

  function getKeyOf(response: GetSigningKeysResponse): JWTVerifyGetKey {
    const present = getKeyByResponse.get(response);
    if (present) return present;
    const getKey = createLocalJWKSet(JSON.parse(response.jwks));
    getKeyByResponse.set(response, getKey);
    return getKey;
  }

  async function verifyWith(
    response: GetSigningKeysResponse,
    token: string,
    kind: TokenKind,
    appId: string | undefined,
  ): Promise<ServiceToken> {
    const { payload } = await jwtVerify(token, getKeyOf(response), {
      algorithms,
      typ: typByKind[kind],
      issuer: response.issuer,
      audience: apps.all.map(({ id }) => id).filter((id) => appId === undefined || id === appId),
      requiredClaims: ["sub", "iat", "exp"],
      // As for handles: setting the wall clock of this process forward must not end a token in use.
      currentDate: new Date(Math.min(clock.wallNow(), clock.now())),
    });
    const { aud, sub, iat, exp } = payload;
    const app = typeof aud === "string" ? apps.find(aud) : undefined;
    if (!app || sub === undefined || iat === undefined || exp === undefined) throw new errors.JWTInvalid();
    return { app, claims: { ...payload, sub, iat, exp } };
  }

  return {
    async verify(token, kind, appId) {
      if (!(await signingKeyCache.areConfigured())) throw tokensNotSigned();
      const response = await signingKeyCache.get(signingKeysMaxAgeMs);
      try {
        return await verifyWith(response, token, kind, appId);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw toHttpError(error, kind);
      }
      // A service with keys that it generates has new ones after a restart.
      const current = await signingKeyCache.get(refreshAgeMs);
      return verifyWith(current, token, kind, appId).catch((error) => {
        throw toHttpError(error, kind);
      });
    },
  };
}

/** Returns the error to throw in place of an error of jose, which may contain the claims of the token. */
function toHttpError(error: unknown, kind: TokenKind): unknown {
  if (error instanceof errors.JWTExpired)
    return new HttpError(401, "USER_TOKEN_EXPIRED", "the token has expired");
  if (!(error instanceof errors.JOSEError)) return error;
  const what = kind === "access" ? "an access token" : "an ID token";
  return new HttpError(401, "USER_UNAUTHENTICATED", `the token is not ${what} of this service for this app`);
}
