import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import { isRequestId, newRequestId, requestIdHeader } from "../../base/request_id.js";

/** Name of the field in log lines. */
export const requestIdField = "requestId";

/** Decorator of a server whose log lines about a request all have its id. */
export const logsRequestId = Symbol("logs request ids");

/**
 * Returns the id of a request at a server of the gateway itself: that of the header, which is left only if a trusted
 * proxy sent it, or else a new one.
 */
export function generateRequestId({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers[requestIdHeader];
  return isRequestId(given) ? given : newRequestId();
}

/** New ids for requests whose host has none that is fit to leave the process. */
const ownIds = new WeakMap<FastifyRequest, string>();

/**
 * Returns the id of a request. Within the site's own server it is that server's id of the request, unless that is
 * fastify's default, a counter that begins again with each process.
 */
export function requestIdOf(request: FastifyRequest): string {
  const { id } = request;
  if (isRequestId(id) && !/^req-[0-9a-z]+$/.test(id)) return id;
  const known = ownIds.get(request);
  if (known !== undefined) return known;
  const created = newRequestId();
  ownIds.set(request, created);
  return created;
}

/** Returns the log field with the id of a request, unless the server has it in all lines already. */
export function requestIdLogFields(request: FastifyRequest): { readonly [requestIdField]?: string } {
  if (request.server.hasDecorator(logsRequestId)) return {};
  return { [requestIdField]: requestIdOf(request) };
}
