import type { FastifyRequest } from "fastify";
import { ContextSource, type RequesterContext } from "../../client/index.js";
import { clientAddressOf } from "../http/client_address.js";

/** Longest user agent that the service accepts, in characters. */
const maxUserAgent = 256;

/**
 * Returns the context of the requesting screen, which the approver sees. The IP address is observed; the page
 * and its browser claim everything else. For a caller that is not a browser, such as a site's backend,
 * address and user agent are not those of the screen and are left out.
 */
export function requesterContextOf(
  request: FastifyRequest,
  {
    deviceName = "",
    location = "",
  }: { readonly deviceName?: string | undefined; readonly location?: string | undefined } = {},
): RequesterContext {
  const fromBrowser = isBrowser(request);
  return {
    ipAddress: fromBrowser ? clientAddressOf(request) : "",
    userAgent: fromBrowser ? (request.headers["user-agent"] ?? "").slice(0, maxUserAgent) : "",
    deviceName,
    location,
    ipAddressSource: ContextSource.OBSERVED_BY_GATEWAY,
    userAgentSource: ContextSource.CLAIMED_BY_PAGE,
    deviceNameSource: ContextSource.CLAIMED_BY_PAGE,
    locationSource: ContextSource.CLAIMED_BY_PAGE,
  };
}

/**
 * Returns whether a browser sent the request. Browsers send `Origin` with every POST of a page, also over
 * plain HTTP, and `Sec-Fetch-Site` over HTTPS and on loopback. HTTP libraries send neither; Node.js's own
 * sends only `Sec-Fetch-Mode`.
 */
function isBrowser({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}
