import type { FastifyRequest } from "fastify";
import { parseWebOrigin } from "../../base/web_origin.js";
import { HttpError } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin, ownOriginOf } from "../http/request_origin.js";
import type { AppRegistry, RegisteredApp } from "./app_registry.js";

/**
 * Checks that a request comes from the gateway's own origin, from an origin that some app lists, or from a
 * caller that is not a browser. Browsers send `Origin` and `Sec-Fetch-Site`, and pages cannot forge them. Other
 * callers need no check, since they do not carry a user's cookies.
 *
 * @throws HttpError ORIGIN_NOT_ALLOWED for other origins, and for pages that hide their origin.
 */
export function checkOrigin(request: FastifyRequest, apps: AppRegistry): void {
  const { origin, "sec-fetch-site": site } = request.headers;
  // Every current browser sends `Origin` with a request that can change state.
  const hidesOrigin =
    origin === undefined && site === "cross-site" && !["GET", "HEAD"].includes(request.method);
  const isListed = () => apps.all.some((app) => app.allowsOrigin(origin ?? ""));
  if (hidesOrigin || (isCrossOrigin(request) && !isListed())) throw originNotAllowed(request);
}

/**
 * Checks that a page of another origin is listed by this app.
 *
 * @throws HttpError ORIGIN_NOT_ALLOWED
 */
export function checkAppOrigin(request: FastifyRequest, app: RegisteredApp): void {
  if (isCrossOrigin(request) && !app.allowsOrigin(request.headers.origin ?? ""))
    throw originNotAllowed(request);
}

/**
 * Creates the error, and logs both origins. If they differ only in `http` and `https`, the gateway does not
 * trust the proxy that terminates TLS.
 */
function originNotAllowed(request: FastifyRequest): HttpError {
  const { origin } = request.headers;
  const ownOrigin = ownOriginOf(request);
  annotateLog(request, { origin: origin === undefined ? "none" : toLoggedOrigin(origin), ownOrigin });
  const canonical = parseWebOrigin(origin ?? "");
  const pages = canonical === undefined ? "pages that hide their origin" : `pages of ${canonical}`;
  const text = `${pages} may not call this gateway: its configuration does not list their origin for the app`;
  return new HttpError(403, "ORIGIN_NOT_ALLOWED", text);
}

/** Longest origin in a log line, in characters. A host name has at most 253 characters. */
const maxLoggedOrigin = 280;

function toLoggedOrigin(origin: string): string {
  return (parseWebOrigin(origin) ?? origin.replace(/[^\x21-\x7e]/g, "?")).slice(0, maxLoggedOrigin);
}
