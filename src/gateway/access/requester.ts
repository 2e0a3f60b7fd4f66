import type { FastifyRequest } from "fastify";
import { ContextSource, type RequesterContext } from "../../client/index.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { clientAddressOf } from "../http/client_address.js";

/**
 * Returns the context that the approver is shown of the screen that asks. The address of a browser is observed; all else is what
 * the page and its browser say. Of a caller that is no browser, such as the backend of a site, neither address nor user agent is
 * the browser's, so that both are left out.
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
    userAgent: fromBrowser ? (request.headers["user-agent"] ?? "").slice(0, fieldLimits.requesterText) : "",
    deviceName,
    location,
    ipAddressSource: ContextSource.OBSERVED_BY_GATEWAY,
    userAgentSource: ContextSource.CLAIMED_BY_PAGE,
    deviceNameSource: ContextSource.CLAIMED_BY_PAGE,
    locationSource: ContextSource.CLAIMED_BY_PAGE,
  };
}

/**
 * Reports whether a browser makes the request. Browsers send `Origin` with every POST of a page, also over plain HTTP, and
 * `Sec-Fetch-Site` over HTTPS and on loopback. HTTP libraries send neither; the one of Node.js does send `Sec-Fetch-Mode`.
 */
function isBrowser({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}
