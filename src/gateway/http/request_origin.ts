import type { FastifyRequest } from "fastify";
import { parseWebOrigin } from "../../base/web_origin.js";

/** Whether the request is made by a page of another origin. */
export function isCrossOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  return origin !== undefined && !isOwnOrigin(request, origin);
}

/**
 * Returns the gateway's own origin as this request was addressed to it: proxies write the default port and upper case too.
 * Returns undefined where the `Host` is none.
 */
export function ownOriginOf({ protocol, host }: FastifyRequest): string | undefined {
  return parseWebOrigin(`${protocol}://${host}`);
}

function isOwnOrigin(request: FastifyRequest, origin: string): boolean {
  // What nearly all requests settle.
  if (origin === `${request.protocol}://${request.host}`) return true;
  const own = ownOriginOf(request);
  return own !== undefined && own === parseWebOrigin(origin);
}
