import type { CookieSerializeOptions } from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isTrustworthyHost } from "../../base/address.js";
import { isCanonicalBase64url, isSameDigest, newSecret, sha256 } from "../../domain/secrets.js";
import { HttpError } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin, ownOriginOf } from "../http/request_origin.js";

// A random cookie that scripts cannot read identifies the browser. It is not a credential by itself: it only
// gives access to handles that are bound to it.

// The prefix `__Host-` keeps other hosts of the site from setting the cookie (RFC 6265bis, section 4.1.3.2);
// it requires TLS. Pages of other sites get a cookie with other attributes and another prefix. A request may
// carry both.
const prefixes = {
  secure: "__Host-qrlogin-browser-",
  crossSite: "__Host-qrlogin-embedded-",
  loopback: "qrlogin-browser-",
};

/** Number of cookies of each prefix that are read. Any others are ignored. */
const maxCookiesPerPrefix = 8;

const lifetimeSeconds = 24 * 60 * 60;

/** Returns the digests of the browser's cookies, for {@link isBoundTo}. */
export function browserDigestsOf(request: FastifyRequest): readonly string[] {
  const { secure, crossSite, loopback } = prefixes;
  const acceptedPrefixes = [secure, crossSite, ...(isTrustworthyHost(request.hostname) ? [loopback] : [])];
  return cookiesOf(request, acceptedPrefixes).map(([, value]) => cookieDigestOf(value));
}

/** The browser that sent a request, identified by its cookies. */
export interface CallingBrowser {
  /** The digests of its cookies, for {@link isBoundTo}. */
  readonly digests: readonly string[];
  /**
   * True for a browser that sent none of the gateway's cookies, most likely because it blocks them. False for
   * a caller without browser headers, which has no cookies to block and must not learn that a handle is
   * genuine.
   */
  readonly hasNoCookie: boolean;
}

/** Returns the browser that sent the request. */
export function callingBrowserOf(request: FastifyRequest): CallingBrowser {
  const digests = browserDigestsOf(request);
  const { origin, "sec-fetch-site": site } = request.headers;
  return { digests, hasNoCookie: digests.length === 0 && (origin ?? site) !== undefined };
}

/**
 * Returns the digest of the browser's cookie. Sets a new cookie if the browser has none.
 *
 * @throws HttpError HTTPS_REQUIRED if the page was loaded over plain HTTP from another machine, where
 *   browsers drop the cookie.
 */
export function ensureBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  crossOrigin: boolean,
): string {
  const { prefix, options } = cookieSettingsFor(request, crossOrigin);
  if (options.secure && isPlainHttpPage(request)) throw httpsRequired(request, prefix);
  const [existing] = cookiesOf(request, [prefix]);
  // The name is random, so that two tabs of a new browser that ask at once do not overwrite each other's
  // cookie.
  const [name, value] = existing ?? [prefix + newSecret().slice(0, 8), newSecret()];
  reply.setCookie(name, value, options);
  return cookieDigestOf(value);
}

function cookiesOf(
  { cookies }: FastifyRequest,
  acceptedPrefixes: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const counts = new Map<string, number>();
  // Not Object.entries: a header has room for thousands of cookies, and listing them takes as long as the
  // whole request.
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

/** Returns whether `boundTo` is the digest of one of the browser's cookies. */
export function isBoundTo(boundTo: string, browserDigests: readonly string[]): boolean {
  return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));
}

function cookieSettingsFor(
  request: FastifyRequest,
  crossOrigin: boolean,
): { readonly prefix: string; readonly options: CookieSerializeOptions } {
  const options = { httpOnly: true, path: "/", maxAge: lifetimeSeconds } as const;
  // A page of another site can only get a cookie of this form, and only in browsers that allow third-party
  // cookies.
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

/**
 * Returns whether the request comes from a page that was loaded over plain HTTP. A backend sends no `Origin`;
 * it can store the cookie anyway.
 */
function isPlainHttpPage(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && !isCrossOrigin(request) && /^http:/i.test(origin);
}

function httpsRequired(request: FastifyRequest, prefix: string): HttpError {
  const ownOrigin = ownOriginOf(request);
  annotateLog(request, { ownOrigin, cause: `browsers drop the cookie ${prefix}… over plain http` });
  const text =
    `browsers do not keep the cookie ${prefix}… of ${ownOrigin}, because it requires https: ` +
    "serve the page and the gateway over https (plain http works only on localhost)";
  return new HttpError(403, "HTTPS_REQUIRED", text);
}

/**
 * Creates the error for a genuine handle that is bound to a browser, if the browser sent no cookie of the
 * gateway.
 */
export function cookieMissing(): HttpError {
  const text =
    `the browser sent no cookie ${prefixes.secure}… or ${prefixes.crossSite}…, which this handle is bound to: ` +
    'the browser blocks cookies of this page, or the request was sent without credentials: "include"';
  return new HttpError(403, "COOKIE_MISSING", text);
}

function cookieDigestOf(cookie: string): string {
  return sha256(`qrlogin browser v1\0${cookie}`);
}
