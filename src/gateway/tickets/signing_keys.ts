import type { Clock } from "../../base/clock.js";
import { type AppClient, type GetSigningKeysResponse, isQrLoginError } from "../../client/index.js";

/** Remembers the public keys of the service's tokens. */
export interface SigningKeys {
  /**
   * Resolves with an answer of the service that is younger than `maxAgeMs`. Rejects with what the service
   * fails with.
   */
  get(maxAgeMs: number): Promise<GetSigningKeysResponse>;
  /** Resolves with whether the service signs tokens. Rejects with what the service fails with. */
  areConfigured(): Promise<boolean>;
}

/** How long it is believed that the service signs tokens, or signs none. It changes with its configuration only. */
const configurationMaxAgeMs = 60_000;

/** Creates a cache with one call at a time. A failure is not remembered, unless the service does not know the call. */
export function createSigningKeys(appClient: Pick<AppClient, "getSigningKeys">, clock: Clock): SigningKeys {
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
        // A release that does not know the call signs none.
        if (isUnimplemented(error)) return false;
        throw error;
      }
    },
  };
}

function isUnimplemented(error: unknown): boolean {
  return isQrLoginError(error) && error.codeName === "UNIMPLEMENTED";
}
