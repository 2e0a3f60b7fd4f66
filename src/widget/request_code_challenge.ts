import { GatewayError } from "./api_results.js";
import type { ScanOptions } from "./options.js";

/** Time-out of the page's `codeChallenge` function, in milliseconds. */
const timeoutMs = 15_000;

/**
 * Resolves with the code challenge of the site's backend, or with `undefined` if the page sets no
 * `codeChallenge`. A failure of that function is an error, since a ticket without its challenge could not be
 * exchanged.
 *
 * @throws GatewayError CODE_CHALLENGE_FAILED if the function throws, exceeds the time-out, or does not return
 * a non-empty string.
 */
export async function requestCodeChallenge({ codeChallenge }: ScanOptions): Promise<string | undefined> {
  if (!codeChallenge) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("no result within 15 seconds")), timeoutMs);
    });
    const challenge: unknown = await Promise.race([codeChallenge(), timeout]);
    if (typeof challenge !== "string" || challenge === "") throw new Error("no text");
    return challenge;
  } catch (error) {
    throw new GatewayError("CODE_CHALLENGE_FAILED", `the page's codeChallenge failed: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}
