import type { FastifyInstance, FastifyRequest } from "fastify";
import { stdSerializers } from "pino";
import type { Clock } from "../domain/clock.js";
import { logNameOf } from "../domain/secrets.js";
import { createLineLimit, type LineLimit, refusalsPerInterval } from "../log/line_limit.js";

/** What the line of a request tells beside route, status and duration. */
interface Note {
  app?: string;
  /** A hash of the ticket id, the same as in the service's log. */
  ticket?: string;
  reason?: string;
  /** Why it was refused, for the operator: never what a secret, a token or a code is made of. */
  why?: string;
  /** Where the page came from that was refused, bounded and printable. */
  origin?: string;
  /** Origin that the gateway takes for its own. */
  ownOrigin?: string;
}

const notes = new WeakMap<FastifyRequest, Note>();

/** Has the line of this request tell more. */
export function note(
  request: FastifyRequest,
  {
    ticketId,
    ...more
  }: { readonly [Name in keyof Omit<Note, "ticket">]?: Note[Name] | undefined } & {
    readonly ticketId?: string;
  },
): void {
  const known = notes.get(request) ?? {};
  const given = Object.entries(more).filter(([, value]) => value !== undefined);
  const ticket = ticketId === undefined ? {} : { ticket: logNameOf(ticketId) };
  notes.set(request, { ...known, ...Object.fromEntries(given), ...ticket });
}

/** Requests that were not refused and have a line of their own, in a minute and for each route. */
const requestsPerInterval = 6_000;

/** Which lines are written one by one. Pages need no credential, and whoever likes can send requests. */
interface LineLimits {
  readonly requests: LineLimit;
  readonly refusals: LineLimit;
  /** For the lines that tell the cause of a fault, beside the line of the request. */
  readonly faults: LineLimit;
}

/** By server, whose routes share them. */
const limitsByServer = new WeakMap<object, LineLimits>();

/**
 * Writes one line for each request: its route and never its address, which may hold a handle. Floods are summed up each
 * minute.
 */
export function logRequests(instance: FastifyInstance, clock: Clock): void {
  const limits = limitsByServer.get(instance.server) ?? createLineLimits(instance, clock);
  limitsByServer.set(instance.server, limits);
  instance.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    const { statusCode: status } = reply;
    const noted = notes.get(request);
    const reason = noted?.reason ?? String(status);
    const isRefused = status >= 400 || noted?.reason !== undefined;
    const named = { method: methodOf(request), reason };
    const isWritten = isRefused
      ? limits.refusals.admits({ budget: reason, ...named })
      : limits.requests.admits({ budget: named.method, ...named });
    if (!isWritten) return;
    const durationMs = Math.round(reply.elapsedTime * 1_000) / 1_000;
    request.log.info({ method, route: routeOptions.url, status, durationMs, ...noted }, "request");
  });
}

/** Returns whether a fault has a line of its own, with its cause. */
export function hasOwnFaultLine(request: FastifyRequest, reason: string): boolean {
  const faults = limitsByServer.get(request.server.server)?.faults;
  return faults?.admits({ budget: reason, method: methodOf(request), reason, isFault: true }) ?? true;
}

function createLineLimits(instance: FastifyInstance, clock: Clock): LineLimits {
  const limit = (message: string, lines: number) =>
    createLineLimit({ log: instance.log, clock, lines, message });
  const limits = {
    requests: limit("requests summed up", requestsPerInterval),
    refusals: limit("refusals summed up", refusalsPerInterval),
    faults: limit("faults summed up", refusalsPerInterval),
  };
  instance.addHook("onClose", async () => {
    for (const each of Object.values(limits)) each.close();
  });
  return limits;
}

/** Method and route, for summaries: from a bounded set, whatever is asked for. */
function methodOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? "without a route"}`;
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
