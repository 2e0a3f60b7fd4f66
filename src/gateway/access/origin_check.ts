import type { FastifyRequest } from "fastify";
import { parseWebOrigin } from "../../base/web_origin.js";
import { HttpError } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin, ownOriginOf } from "../http/request_origin.js";
import type { AppRegistry, RegisteredApp } from "./app_registry.js";

/**
 * Lets pages of the gateway's own origin in, those of the origins that some app has listed, and what is no browser: that sends
 * no `Origin`, and carries no cookies of somebody else. Only browsers send these headers, and pages cannot forge them.
 *
 * Refuses with ORIGIN_NOT_ALLOWED all others, and what hides its origin.
 */
export function checkOrigin(request: FastifyRequest, apps: AppRegistry): void {
  const { origin, "sec-fetch-site": site } = request.headers;
  // Every browser sends `Origin` with what changes something; where it is missing the browser is no browser of today.
  const hidesOrigin =
    origin === undefined && site === "cross-site" && !["GET", "HEAD"].includes(request.method);
  const isListed = () => apps.all.some((app) => app.allowsOrigin(origin ?? ""));
  if (hidesOrigin || (isCrossOrigin(request) && !isListed())) throw originNotAllowed(request);
}

/** Refuses with ORIGIN_NOT_ALLOWED a page of another site that this app has not listed. */
export function checkAppOrigin(request: FastifyRequest, app: RegisteredApp): void {
  if (isCrossOrigin(request) && !app.allowsOrigin(request.headers.origin ?? ""))
    throw originNotAllowed(request);
}

/** The log line names the origin that came and the own one, which differ by http and https where a proxy is not trusted. */
function originNotAllowed(request: FastifyRequest): HttpError {
  const { origin } = request.headers;
  const ownOrigin = ownOriginOf(request);
  annotateLog(request, { origin: origin === undefined ? "none" : toLoggedOrigin(origin), ownOrigin });
  const canonical = parseWebOrigin(origin ?? "");
  const pages = canonical === undefined ? "pages that hide their origin" : `pages of ${canonical}`;
  const text = `${pages} may not call this gateway: its configuration lists the origins of each app`;
  return new HttpError(403, "ORIGIN_NOT_ALLOWED", text);
}

/** Longest origin in a log line, in characters. A host name has at most 253. */
const maxLoggedOrigin = 280;

function toLoggedOrigin(origin: string): string {
  return (parseWebOrigin(origin) ?? origin.replace(/[^\x21-\x7e]/g, "?")).slice(0, maxLoggedOrigin);
}
