import { GatewayError } from "./api.js";
import type { ScanOptions } from "./options.js";

/** Longest time that the site's function may take, in milliseconds. */
const timeoutMs = 15_000;

/**
 * Returns the code challenge of the site's backend, or `undefined` where the page has set no `codeChallenge`. Rejects with a
 * GatewayError CODE_CHALLENGE_FAILED when the function throws, takes too long, or returns no text: a ticket without the challenge
 * could not be exchanged.
 */
export async function requestCodeChallenge({ codeChallenge }: ScanOptions): Promise<string | undefined> {
  if (!codeChallenge) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("it takes too long")), timeoutMs);
    });
    const challenge: unknown = await Promise.race([codeChallenge(), timeout]);
    if (typeof challenge !== "string" || challenge === "") throw new Error("it is no text");
    return challenge;
  } catch (error) {
    throw new GatewayError("CODE_CHALLENGE_FAILED", `the page has no code challenge: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}
