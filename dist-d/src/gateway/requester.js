import { ContextSource } from "../client/index.js";
import { addressOf } from "./caller_address.js";
import { nameOf } from "./enum_names.js";
/** Longest user agent that the service takes, in characters. */
const maxUserAgent = 256;
/**
 * Returns the context that the approver is shown of the screen that asks. The address of a browser is observed; all else is what
 * the page and its browser say. Of a caller that is no browser, such as the backend of a site, neither address nor user agent is
 * the browser's, so that both are left out.
 */
export function requesterOf(request, { deviceName = "", location = "", } = {}) {
    const seen = isBrowser(request);
    return {
        ipAddress: seen ? addressOf(request) : "",
        userAgent: seen ? (request.headers["user-agent"] ?? "").slice(0, maxUserAgent) : "",
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
function isBrowser({ headers }) {
    return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}
/** Returns the context as JSON for phones, with the names of the sources. */
export function requesterAnswer(requester) {
    if (!requester)
        return null;
    return {
        ...requester,
        ipAddressSource: sourceName(requester.ipAddressSource),
        userAgentSource: sourceName(requester.userAgentSource),
        deviceNameSource: sourceName(requester.deviceNameSource),
        locationSource: sourceName(requester.locationSource),
    };
}
/** Returns the name of a source, such as `CLAIMED_BY_PAGE`. */
export function sourceName(source) {
    return nameOf(ContextSource, source);
}
