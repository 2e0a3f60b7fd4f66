import { GatewayError } from "./api_results.js";
import { parseBody, toGatewayError } from "./responses.js";

/** Time-out of each request that looks for the cause, in milliseconds. */
const timeoutMs = 5_000;

/**
 * Finds out why a request got no response that the page can read. The browser tells a page only that it failed, so
 * this function makes simple requests without credentials, whose failures it can tell apart. `error` is that of the
 * failed request, and `root` the address of the gateway's API.
 */
export async function findCause(
  root: string,
  appId: string | undefined,
  error: unknown,
): Promise<GatewayError> {
  const { protocol, origin, hostname } = new URL(root, document.baseURI);
  const cause = (reason: string, text: string) => new GatewayError(reason, `${text} ${origin}: ${error}`);
  const offline = cause("OFFLINE", "is this address right? No response from");
  const unreadable = cause("UNREADABLE", "no readable response from");
  // A gateway that does not respond in time must not receive even more requests.
  if (Object(error).name === "TimeoutError") return offline;
  let isBlocked = false;
  const onViolation = ({ blockedURI, disposition }: SecurityPolicyViolationEvent) => {
    isBlocked ||= disposition === "enforce" && blockedURI.startsWith(origin);
  };
  const query = appId === undefined ? "" : `?appId=${encodeURIComponent(appId)}`;
  const request = (mode: RequestMode) =>
    fetch(`${root}/origin${query}`, {
      mode,
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
  addEventListener("securitypolicyviolation", onViolation);
  try {
    // Every page may read this response. It reports an origin that is not listed, and an unknown app.
    const response = await request("cors");
    const { status } = response;
    if (status !== 204) return toGatewayError(root, status, parseBody(await response.text()));
    return origin === location.origin ? offline : unreadable;
  } catch {
    // Resolves if anything answers, with nothing that the page can read.
    const answer = await request("no-cors").catch(() => undefined);
    // The browser reports a violation in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    if (isBlocked) return cause("CSP_BLOCKED", "the page's policy blocks");
    if (
      location.protocol === "https:" &&
      protocol === "http:" &&
      !/^(localhost$|127\.|\[::1])/.test(hostname)
    )
      return cause("MIXED_CONTENT", "a page over https cannot call");
    return answer ? unreadable : offline;
  } finally {
    removeEventListener("securitypolicyviolation", onViolation);
  }
}
