import type { Clock } from "../../base/clock.js";
import { type AppClient, type GetSigningKeysResponse, isQrLoginError } from "../../client/index.js";

/** Cache of the public keys that verify the service's tokens. */
export interface SigningKeyCache {
  /**
   * Resolves with the service's keys. Calls the service if the cached response is `maxAgeMs` old or older.
   *
   * @throws QrLoginError
   */
  get(maxAgeMs: number): Promise<GetSigningKeysResponse>;
  /**
   * Resolves with whether the service signs tokens.
   *
   * @throws QrLoginError
   */
  areConfigured(): Promise<boolean>;
}

/**
 * Maximum age of the keys, here and in caches of clients, in milliseconds. The service publishes a key long before
 * it signs with it.
 */
export const signingKeysMaxAgeMs = 300_000;

/** Maximum age of the response that shows whether the service signs tokens, in milliseconds. */
const configurationMaxAgeMs = 60_000;

/**
 * Creates an empty cache. Concurrent callers share one call of the service. Errors are not cached, except
 * UNIMPLEMENTED, which an older release of the service sends.
 */
export function createSigningKeyCache(
  appClient: Pick<AppClient, "getSigningKeys">,
  clock: Clock,
): SigningKeyCache {
  let cached: { readonly response: Promise<GetSigningKeysResponse>; readonly fetchedAt: number } | undefined;

  function get(maxAgeMs: number): Promise<GetSigningKeysResponse> {
    if (cached && clock.now() - cached.fetchedAt < maxAgeMs) return cached.response;
    const fetched = { response: appClient.getSigningKeys(), fetchedAt: clock.now() };
    cached = fetched;
    fetched.response.catch((error) => {
      if (cached === fetched && !isUnimplemented(error)) cached = undefined;
    });
    return fetched.response;
  }

  return {
    get,
    async areConfigured() {
      try {
        return (await get(configurationMaxAgeMs)).issuer !== "";
      } catch (error) {
        // Releases without this call do not sign tokens.
        if (isUnimplemented(error)) return false;
        throw error;
      }
    },
  };
}

function isUnimplemented(error: unknown): boolean {
  return isQrLoginError(error) && error.codeName === "UNIMPLEMENTED";
}
