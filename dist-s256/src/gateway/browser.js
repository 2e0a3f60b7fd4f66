import { digest, isCanonicalBase64url, newSecret, sameDigest } from "../domain/secrets.js";
import { isEmbedded, ownOriginOf } from "./origins.js";
import { HttpRefusal } from "./refusal.js";
import { note } from "./request_log.js";
/**
 * Knows a browser again by a random cookie that pages cannot read. The cookie is no credential by itself: it only
 * unlocks handles that were made for it.
 */
// With the prefix no other host of the site can set it (RFC 6265bis, section 4.1.3.2); it demands TLS. Cookies of pages on
// other sites have a jar of their own, so both may be there.
const prefixes = {
    secure: "__Host-qrlogin-browser-",
    embedded: "__Host-qrlogin-embedded-",
    loopback: "qrlogin-browser-",
};
/** So many of each prefix are looked at. */
const maxCookies = 8;
const lifetimeSeconds = 24 * 60 * 60;
/** The digests of the browser's cookies, for {@link isFor}. */
export function browsersOf(request) {
    const { secure, embedded, loopback } = prefixes;
    const believed = [secure, embedded, ...(isLoopbackName(request.hostname) ? [loopback] : [])];
    return cookiesOf(request, believed).map(([, value]) => bindingOf(value));
}
export function callingBrowserOf(request) {
    const browsers = browsersOf(request);
    const { origin, "sec-fetch-site": site } = request.headers;
    return { browsers, hasNoCookie: browsers.length === 0 && (origin ?? site) !== undefined };
}
/**
 * Returns the digest of the cookie that this browser has from now on; gives it one where it has none.
 *
 * @throws HttpRefusal HTTPS_REQUIRED where the page itself was loaded over plain http from another machine: browsers drop the cookie.
 */
export function knowBrowser(request, reply, embedded) {
    const { prefix, options } = cookieFor(request, embedded);
    if (options.secure && isPlainPage(request))
        throw httpsRequired(request, prefix);
    const [present] = cookiesOf(request, [prefix]);
    // A name of its own: two tabs of a new browser may ask at once, and the answer to one must not undo that to the other.
    const [name, value] = present ?? [prefix + newSecret().slice(0, 8), newSecret()];
    reply.setCookie(name, value, options);
    return bindingOf(value);
}
function cookiesOf({ cookies }, believed) {
    const found = [];
    const counts = new Map();
    // Not by a list of all: a header has room for thousands, and a list of them takes as long as the rest of a request.
    for (const name in cookies) {
        const prefix = believed.find((start) => name.startsWith(start));
        const value = cookies[name] ?? "";
        if (prefix === undefined || !isCanonicalBase64url(value, 32))
            continue;
        const count = (counts.get(prefix) ?? 0) + 1;
        counts.set(prefix, count);
        if (count <= maxCookies)
            found.push([name, value]);
    }
    return found;
}
/** Whether what is bound to a browser is bound to one of these. */
export function isFor(boundTo, browsers) {
    return browsers.some((browser) => sameDigest(browser, boundTo));
}
function cookieFor(request, embedded) {
    const options = { httpOnly: true, path: "/", maxAge: lifetimeSeconds };
    // A page of another site gets a cookie only of this form, and where browsers still allow it.
    if (embedded) {
        return {
            prefix: prefixes.embedded,
            options: { ...options, secure: true, sameSite: "none", partitioned: true },
        };
    }
    const secure = request.protocol === "https" || !isLoopbackName(request.hostname);
    return {
        prefix: secure ? prefixes.secure : prefixes.loopback,
        options: { ...options, secure, sameSite: "lax" },
    };
}
/** Browsers name the origin of a page with each POST. A backend names none, and may keep cookies as it likes. */
function isPlainPage(request) {
    const { origin } = request.headers;
    return origin !== undefined && !isEmbedded(request) && /^http:/i.test(origin);
}
function httpsRequired(request, prefix) {
    const ownOrigin = ownOriginOf(request);
    note(request, { ownOrigin, why: `browsers drop the cookie ${prefix}… over plain http` });
    const text = `browsers do not keep the cookie ${prefix}… of ${ownOrigin}, since it goes over https alone: ` +
        "serve the page and the gateway by https (plain http works on localhost only)";
    return new HttpRefusal(403, "HTTPS_REQUIRED", text);
}
/**
 * Returns the refusal of a genuine handle that is bound to a browser, where no cookie of the gateway came at all. Which browser it is
 * bound to stays unsaid.
 */
export function cookieMissing() {
    const text = `the browser sent no cookie ${prefixes.secure}… or ${prefixes.embedded}…, which this handle is bound to: ` +
        "it blocks cookies of this page, or they were not sent along (credentials: include)";
    return new HttpRefusal(403, "COOKIE_MISSING", text);
}
function bindingOf(cookie) {
    return digest(`qrlogin browser v1\0${cookie}`);
}
/** Whether a host name in a request can only mean this machine. */
export function isLoopbackName(host) {
    return (host === "localhost" ||
        host.endsWith(".localhost") ||
        host === "[::1]" ||
        /^127\.\d+\.\d+\.\d+$/.test(host));
}
