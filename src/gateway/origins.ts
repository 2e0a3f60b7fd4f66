import type { FastifyRequest } from "fastify";
import type { ServedApp, ServedApps } from "./apps.js";
import { HttpRefusal } from "./refusal.js";

/**
 * Lets pages of the gateway's own origin in, those of the origins that some app has listed, and what is no browser: that sends
 * no `Origin`, and carries no cookies of somebody else. Only browsers send these headers, and pages cannot forge them.
 *
 * Refuses with ORIGIN_NOT_ALLOWED all others, and what hides its origin.
 */
export function admitOrigin(request: FastifyRequest, apps: ServedApps): void {
  const { origin, "sec-fetch-site": site } = request.headers;
  // Every browser sends `Origin` with what changes something; where it is missing the browser is no browser of today.
  const hides = origin === undefined && site === "cross-site" && !["GET", "HEAD"].includes(request.method);
  const isListed = apps.all.some((app) => app.allows(origin ?? ""));
  if (hides || (isEmbedded(request) && !isListed)) throw originNotAllowed();
}

/** Refuses with ORIGIN_NOT_ALLOWED a page of another site that this app has not listed. */
export function demandOrigin(request: FastifyRequest, app: ServedApp): void {
  if (isEmbedded(request) && !app.allows(request.headers.origin ?? "")) throw originNotAllowed();
}

/** Whether the request is made by a page of another origin. */
export function isEmbedded(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && !isOwn(request, origin);
}

function isOwn(request: FastifyRequest, origin: string): boolean {
  return origin === `${request.protocol}://${request.host}`;
}

function originNotAllowed(): HttpRefusal {
  return new HttpRefusal(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not call");
}
