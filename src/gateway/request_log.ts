import type { FastifyInstance, FastifyRequest } from "fastify";
import { stdSerializers } from "pino";
import { logNameOf } from "../domain/secrets.js";

/** What the line of a request tells beside route, status and duration. */
interface Note {
  app?: string;
  /** A hash of the ticket id, the same as in the service's log. */
  ticket?: string;
  reason?: string;
}

const notes = new WeakMap<FastifyRequest, Note>();

/** Has the line of this request tell more. */
export function note(
  request: FastifyRequest,
  { app, ticketId, reason }: { readonly app?: string; readonly ticketId?: string; readonly reason?: string },
): void {
  const known = notes.get(request) ?? {};
  if (app !== undefined) known.app = app;
  if (ticketId !== undefined) known.ticket = logNameOf(ticketId);
  if (reason !== undefined) known.reason = reason;
  notes.set(request, known);
}

/** Writes one line for each request: its route and never its address, which may hold a handle. */
export function logRequests(instance: FastifyInstance): void {
  instance.addHook("onResponse", async (request, reply) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 1_000) / 1_000,
      ...notes.get(request),
    };
    request.log.info(line, "request");
  });
}

/** For fastify's own lines: the path without the query string, and no header. */
export const logSerializers = {
  req: (request: { readonly method: string; readonly url: string }) =>
    `${request.method} ${pathOf(request.url)}`,
  res: (reply: { readonly statusCode: number }) => String(reply.statusCode),
  // Fastify quotes the address in some of its errors.
  err: (error: Error) => withoutQuery(error.stack ?? error.message),
};

/**
 * For errors: without the bytes that the parser of HTTP could not read, in which a handle or a cookie may be, and without
 * the query strings that a framework quotes.
 */
export function errorSerializer(error: Error): object {
  const { rawPacket: _, ...told } = stdSerializers.err(error);
  return { ...told, message: withoutQuery(told.message), stack: withoutQuery(told.stack) };
}

function withoutQuery(text: string): string {
  return text.replace(/\?[^\s"']*/g, "?…");
}

/** Names of pictures hold the text of a code, sealed; the log has no use for them either. */
function pathOf(url: string): string {
  return (url.split("?", 1)[0] ?? "").replace(/[\w.-]{100,}/g, "…");
}
