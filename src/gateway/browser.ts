import type { CookieSerializeOptions } from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import { digest, isCanonicalBase64url, newSecret, sameDigest } from "../domain/secrets.js";

/**
 * Knows a browser again by a random cookie that pages cannot read. The cookie is no credential by itself: it only
 * unlocks handles that were made for it.
 */

// With the prefix no other host of the site can set it (RFC 6265bis, section 4.1.3.2); it demands TLS.
const secureName = "__Host-qrlogin-browser";
// Cookies of pages on other sites have a jar of their own, so both may be there.
const embeddedName = "__Host-qrlogin-embedded";
const loopbackName = "qrlogin-browser";

const lifetimeSeconds = 24 * 60 * 60;

/** The digests of the browser's cookies, for {@link isFor}. */
export function browsersOf(request: FastifyRequest): readonly string[] {
  const names = [secureName, embeddedName, ...(isLoopbackName(request.hostname) ? [loopbackName] : [])];
  return names.flatMap((name) => {
    const value = request.cookies[name];
    return value !== undefined && isCanonicalBase64url(value, 32) ? [bindingOf(value)] : [];
  });
}

/** The digest of the cookie that this browser has from now on; gives it one where it has none. */
export function knowBrowser(request: FastifyRequest, reply: FastifyReply, embedded: boolean): string {
  const { name, options } = cookieFor(request, embedded);
  const present = request.cookies[name];
  const value = present !== undefined && isCanonicalBase64url(present, 32) ? present : newSecret();
  reply.setCookie(name, value, options);
  return bindingOf(value);
}

/** Whether what is bound to a browser is bound to one of these. */
export function isFor(boundTo: string, browsers: readonly string[]): boolean {
  return browsers.some((browser) => sameDigest(browser, boundTo));
}

function cookieFor(
  request: FastifyRequest,
  embedded: boolean,
): { readonly name: string; readonly options: CookieSerializeOptions } {
  const options = { httpOnly: true, path: "/", maxAge: lifetimeSeconds } as const;
  // A page of another site gets a cookie only of this form, and where browsers still allow it.
  if (embedded) {
    return { name: embeddedName, options: { ...options, secure: true, sameSite: "none", partitioned: true } };
  }
  const secure = request.protocol === "https" || !isLoopbackName(request.hostname);
  return { name: secure ? secureName : loopbackName, options: { ...options, secure, sameSite: "lax" } };
}

function bindingOf(cookie: string): string {
  return digest(`qrlogin browser v1\0${cookie}`);
}

function isLoopbackName(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}
