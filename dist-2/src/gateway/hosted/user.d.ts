import type { ExchangeUserInfoResponse, ScannedBy } from "../../client/index.js";
/** What a page is told of who has scanned. Always an object: an SDK reads its fields without looking. */
export declare function greetedUser(scannedBy: ScannedBy | undefined): Record<string, unknown>;
/** Who has signed in, as V2 tells it. What is not known is an empty text, and null where there is no token. */
export declare function wholeUser({ user, userPoolId, approval, tokenSet, }: ExchangeUserInfoResponse): Record<string, unknown>;
