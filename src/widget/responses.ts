import { GatewayError } from "./api_results.js";

/** Returns null for an empty body, which a site's hook may send, and undefined for a body that is not JSON. */
export function parseBody(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Converts an error response of the API at `root`. One without a reason does not come from a gateway. A 5xx, 408 or 429
 * is then transient, since it comes from a proxy; any other status means that there is no gateway at this address.
 */
export function toGatewayError(root: string, status: number, body: unknown): GatewayError {
  const { reason, detail, retryAfterMs, attemptsLeft } = Object(body);
  if (reason) return new GatewayError(String(reason), detail, retryAfterMs, attemptsLeft);
  return new GatewayError(
    status < 500 && status !== 408 && status !== 429 ? "NO_GATEWAY" : "OFFLINE",
    `no qrlogin gateway answers at ${root} (HTTP ${status})`,
  );
}
