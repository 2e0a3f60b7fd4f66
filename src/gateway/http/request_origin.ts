import type { FastifyRequest } from "fastify";
import { parseWebOrigin } from "../../base/web_origin.js";
import { invalidRequest } from "./http_error.js";

/** Returns whether the request comes from a page of another origin. */
export function isCrossOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && !isOwnOrigin(request, origin);
}

/**
 * Returns the gateway's own origin according to this request, in canonical form: some proxies write the
 * default port or upper case. Returns undefined if the `Host` header is not a valid host.
 */
export function ownOriginOf({ protocol, host }: FastifyRequest): string | undefined {
  return parseWebOrigin(`${protocol}://${host}`);
}

/**
 * Returns the gateway's own origin, for URLs in a response.
 *
 * @throws HttpError INVALID_REQUEST if the `Host` header is not a valid host.
 */
export function requireOwnOrigin(request: FastifyRequest): string {
  const origin = ownOriginOf(request);
  if (origin === undefined) throw invalidRequest("the header Host is not a valid host");
  return origin;
}

function isOwnOrigin(request: FastifyRequest, origin: string): boolean {
  // This cheap comparison decides nearly all requests.
  if (origin === `${request.protocol}://${request.host}`) return true;
  const own = ownOriginOf(request);
  return own !== undefined && own === parseWebOrigin(origin);
}
