import type { ScanOptions } from "./options.js";
/**
 * Returns the code challenge of the site's backend, or `undefined` where the page has set no `codeChallenge`. Rejects with a
 * GatewayError CODE_CHALLENGE_FAILED when the function throws, takes too long, or returns no text: a ticket without the challenge
 * could not be exchanged.
 */
export declare function codeChallengeOf({ codeChallenge }: ScanOptions): Promise<string | undefined>;
