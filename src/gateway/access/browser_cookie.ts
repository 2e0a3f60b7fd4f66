import type { CookieSerializeOptions } from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isTrustworthyHost } from "../../base/address.js";
import { isCanonicalBase64url, isSameDigest, newSecret, sha256 } from "../../domain/secrets.js";
import { HttpError } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin, ownOriginOf } from "../http/request_origin.js";

/**
 * Knows a browser again by a random cookie that pages cannot read. The cookie is no credential by itself: it only
 * unlocks handles that were made for it.
 */

// With the prefix no other host of the site can set it (RFC 6265bis, section 4.1.3.2); it demands TLS. Cookies of pages on
// other sites have a jar of their own, so both may be there.
const prefixes = {
  secure: "__Host-qrlogin-browser-",
  crossSite: "__Host-qrlogin-embedded-",
  loopback: "qrlogin-browser-",
};

/** So many of each prefix are looked at. */
const maxCookiesPerPrefix = 8;

const lifetimeSeconds = 24 * 60 * 60;

/** The digests of the browser's cookies, for {@link isBoundTo}. */
export function browserDigestsOf(request: FastifyRequest): readonly string[] {
  const { secure, crossSite, loopback } = prefixes;
  const acceptedPrefixes = [secure, crossSite, ...(isTrustworthyHost(request.hostname) ? [loopback] : [])];
  return cookiesOf(request, acceptedPrefixes).map(([, value]) => cookieDigestOf(value));
}

/** The browser of a request, by its cookies. */
export interface CallingBrowser {
  /** The digests of its cookies, for {@link isBoundTo}. */
  readonly digests: readonly string[];
  /**
   * Whether it is a browser that sent none of the gateway's cookies: it blocks them. A caller that sends no headers of a browser
   * cannot be helped by that, and whoever found a handle is not told that it is genuine.
   */
  readonly hasNoCookie: boolean;
}

export function callingBrowserOf(request: FastifyRequest): CallingBrowser {
  const digests = browserDigestsOf(request);
  const { origin, "sec-fetch-site": site } = request.headers;
  return { digests, hasNoCookie: digests.length === 0 && (origin ?? site) !== undefined };
}

/**
 * Returns the digest of the cookie that this browser has from now on; gives it one where it has none.
 *
 * @throws HttpError HTTPS_REQUIRED where the page itself was loaded over plain http from another machine: browsers drop the cookie.
 */
export function ensureBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  crossOrigin: boolean,
): string {
  const { prefix, options } = cookieSettingsFor(request, crossOrigin);
  if (options.secure && isPlainHttpPage(request)) throw httpsRequired(request, prefix);
  const [present] = cookiesOf(request, [prefix]);
  // A name of its own: two tabs of a new browser may ask at once, and the answer to one must not undo that to the other.
  const [name, value] = present ?? [prefix + newSecret().slice(0, 8), newSecret()];
  reply.setCookie(name, value, options);
  return cookieDigestOf(value);
}

function cookiesOf(
  { cookies }: FastifyRequest,
  acceptedPrefixes: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const counts = new Map<string, number>();
  // Not by a list of all: a header has room for thousands, and a list of them takes as long as the rest of a request.
  for (const name in cookies) {
    const prefix = acceptedPrefixes.find((start) => name.startsWith(start));
    const value = cookies[name] ?? "";
    if (prefix === undefined || !isCanonicalBase64url(value, 32)) continue;
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    if (count <= maxCookiesPerPrefix) found.push([name, value]);
  }
  return found;
}

/** Whether what is bound to a browser is bound to one of these. */
export function isBoundTo(boundTo: string, browserDigests: readonly string[]): boolean {
  return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));
}

function cookieSettingsFor(
  request: FastifyRequest,
  crossOrigin: boolean,
): { readonly prefix: string; readonly options: CookieSerializeOptions } {
  const options = { httpOnly: true, path: "/", maxAge: lifetimeSeconds } as const;
  // A page of another site gets a cookie only of this form, and where browsers still allow it.
  if (crossOrigin) {
    return {
      prefix: prefixes.crossSite,
      options: { ...options, secure: true, sameSite: "none", partitioned: true },
    };
  }
  const secure = request.protocol === "https" || !isTrustworthyHost(request.hostname);
  return {
    prefix: secure ? prefixes.secure : prefixes.loopback,
    options: { ...options, secure, sameSite: "lax" },
  };
}

/** Browsers name the origin of a page with each POST. A backend names none, and may keep cookies as it likes. */
function isPlainHttpPage(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && !isCrossOrigin(request) && /^http:/i.test(origin);
}

function httpsRequired(request: FastifyRequest, prefix: string): HttpError {
  const ownOrigin = ownOriginOf(request);
  annotateLog(request, { ownOrigin, cause: `browsers drop the cookie ${prefix}… over plain http` });
  const text =
    `browsers do not keep the cookie ${prefix}… of ${ownOrigin}, since it goes over https alone: ` +
    "serve the page and the gateway by https (plain http works on localhost only)";
  return new HttpError(403, "HTTPS_REQUIRED", text);
}

/**
 * Returns the refusal of a genuine handle that is bound to a browser, where no cookie of the gateway came at all. Which browser it is
 * bound to stays unsaid.
 */
export function cookieMissing(): HttpError {
  const text =
    `the browser sent no cookie ${prefixes.secure}… or ${prefixes.crossSite}…, which this handle is bound to: ` +
    "it blocks cookies of this page, or they were not sent along (credentials: include)";
  return new HttpError(403, "COOKIE_MISSING", text);
}

function cookieDigestOf(cookie: string): string {
  return sha256(`qrlogin browser v1\0${cookie}`);
}
