import { canonicalOrigin } from "../domain/web_origin.js";
import { HttpRefusal } from "./refusal.js";
import { note } from "./request_log.js";
/**
 * Lets pages of the gateway's own origin in, those of the origins that some app has listed, and what is no browser: that sends
 * no `Origin`, and carries no cookies of somebody else. Only browsers send these headers, and pages cannot forge them.
 *
 * Refuses with ORIGIN_NOT_ALLOWED all others, and what hides its origin.
 */
export function admitOrigin(request, apps) {
    const { origin, "sec-fetch-site": site } = request.headers;
    // Every browser sends `Origin` with what changes something; where it is missing the browser is no browser of today.
    const hides = origin === undefined && site === "cross-site" && !["GET", "HEAD"].includes(request.method);
    const isListed = () => apps.all.some((app) => app.allows(origin ?? ""));
    if (hides || (isEmbedded(request) && !isListed()))
        throw originNotAllowed(request);
}
/** Refuses with ORIGIN_NOT_ALLOWED a page of another site that this app has not listed. */
export function demandOrigin(request, app) {
    if (isEmbedded(request) && !app.allows(request.headers.origin ?? ""))
        throw originNotAllowed(request);
}
/** Whether the request is made by a page of another origin. */
export function isEmbedded(request) {
    const { origin } = request.headers;
    return origin !== undefined && !isOwn(request, origin);
}
/**
 * Returns the gateway's own origin as this request was addressed to it: proxies write the default port and upper case too.
 * Returns undefined where the `Host` is none.
 */
export function ownOriginOf({ protocol, host }) {
    return canonicalOrigin(`${protocol}://${host}`);
}
function isOwn(request, origin) {
    // What nearly all requests settle.
    if (origin === `${request.protocol}://${request.host}`)
        return true;
    const own = ownOriginOf(request);
    return own !== undefined && own === canonicalOrigin(origin);
}
/** The log line names the origin that came and the own one, which differ by http and https where a proxy is not trusted. */
function originNotAllowed(request) {
    const { origin } = request.headers;
    const ownOrigin = ownOriginOf(request);
    note(request, { origin: origin === undefined ? "none" : loggedOrigin(origin), ownOrigin });
    const known = canonicalOrigin(origin ?? "");
    const pages = known === undefined ? "pages that hide their origin" : `pages of ${known}`;
    const text = `${pages} may not call this gateway: its configuration lists the origins of each app`;
    return new HttpRefusal(403, "ORIGIN_NOT_ALLOWED", text);
}
/** Longest origin in a log line, in characters. A host name has at most 253. */
const maxLogged = 280;
function loggedOrigin(origin) {
    return (canonicalOrigin(origin) ?? origin.replace(/[^\x21-\x7e]/g, "?")).slice(0, maxLogged);
}
