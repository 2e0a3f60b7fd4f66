import type { FastifyRequest } from "fastify";
import type { ServedApp, ServedApps } from "./apps.js";
import { HttpRefusal } from "./refusal.js";

/** Where a request comes from, as far as browsers tell: only they send these headers, and pages cannot forge them. */
export type Source = "own" | "other" | "unknown";

/**
 * Tells pages of the gateway's own origin from those of others. What is no browser sends no `Origin` and is "unknown":
 * it carries no cookies of somebody else.
 *
 * Refuses with ORIGIN_NOT_ALLOWED what no app has listed, and what hides its origin.
 */
export function sourceOf(request: FastifyRequest, apps: ServedApps): Source {
  const { origin } = request.headers;
  if (origin === undefined) {
    // Every browser sends `Origin` with what changes something; where it is missing the browser is no browser of today.
    const site = request.headers["sec-fetch-site"];
    if (site === "cross-site" && !["GET", "HEAD"].includes(request.method)) throw originNotAllowed();
    return "unknown";
  }
  if (isOwn(request, origin)) return "own";
  if (apps.all.some((app) => app.allows(origin))) return "other";
  throw originNotAllowed();
}

/** Refuses with ORIGIN_NOT_ALLOWED a page of another site that this app has not listed. */
export function demandOrigin(request: FastifyRequest, app: ServedApp): void {
  const { origin } = request.headers;
  if (origin !== undefined && !isOwn(request, origin) && !app.allows(origin)) throw originNotAllowed();
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
