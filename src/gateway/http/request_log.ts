import type { FastifyInstance, FastifyRequest } from "fastify";
import { stdSerializers } from "pino";
import type { Clock } from "../../base/clock.js";
import { logIdOf } from "../../domain/secrets.js";
import {
  createLogRateLimiter,
  errorLinesPerInterval,
  type LogRateLimiter,
} from "../../log/log_rate_limiter.js";

/** What the line of a request tells beside route, status and duration. */
interface LogAnnotations {
  app?: string;
  /** A hash of the ticket id, the same as in the service's log. */
  ticket?: string;
  reason?: string;
  /** Why it was refused, for the operator: never what a secret, a token or a code is made of. */
  cause?: string;
  /** Where the page came from that was refused, bounded and printable. */
  origin?: string;
  /** Origin that the gateway takes for its own. */
  ownOrigin?: string;
}

const annotationsByRequest = new WeakMap<FastifyRequest, LogAnnotations>();

/** Has the line of this request tell more. */
export function annotateLog(
  request: FastifyRequest,
  {
    ticketId,
    ...annotations
  }: { readonly [Name in keyof Omit<LogAnnotations, "ticket">]?: LogAnnotations[Name] | undefined } & {
    readonly ticketId?: string;
  },
): void {
  const present = annotationsByRequest.get(request) ?? {};
  const given = Object.entries(annotations).filter(([, value]) => value !== undefined);
  const ticket = ticketId === undefined ? {} : { ticket: logIdOf(ticketId) };
  annotationsByRequest.set(request, { ...present, ...Object.fromEntries(given), ...ticket });
}

/** Requests that were not refused and have a line of their own, in a minute and for each route. */
const requestsPerInterval = 6_000;

/** Which lines are written one by one. Pages need no credential, and whoever likes can send requests. */
interface LineLimits {
  readonly requests: LogRateLimiter;
  readonly errors: LogRateLimiter;
  /** For the lines that tell the cause of a fault, beside the line of the request. */
  readonly faults: LogRateLimiter;
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
    const annotations = annotationsByRequest.get(request);
    const reason = annotations?.reason ?? String(status);
    const isError = status >= 400 || annotations?.reason !== undefined;
    const labels = { method: methodAndRouteOf(request), reason };
    const isWritten = isError
      ? limits.errors.allows({ budget: reason, ...labels })
      : limits.requests.allows({ budget: labels.method, ...labels });
    if (!isWritten) return;
    const durationMs = Math.round(reply.elapsedTime * 1_000) / 1_000;
    request.log.info({ method, route: routeOptions.url, status, durationMs, ...annotations }, "request");
  });
}

/** Returns whether a fault has a line of its own, with its cause. */
export function shouldLogFault(request: FastifyRequest, reason: string): boolean {
  const faults = limitsByServer.get(request.server.server)?.faults;
  return faults?.allows({ budget: reason, method: methodAndRouteOf(request), reason, isFault: true }) ?? true;
}

function createLineLimits(instance: FastifyInstance, clock: Clock): LineLimits {
  const limit = (message: string, linesPerInterval: number) =>
    createLogRateLimiter({ log: instance.log, clock, linesPerInterval, message });
  const limits = {
    requests: limit("requests summed up", requestsPerInterval),
    errors: limit("refusals summed up", errorLinesPerInterval),
    faults: limit("faults summed up", errorLinesPerInterval),
  };
  instance.addHook("onClose", async () => {
    for (const each of Object.values(limits)) each.close();
  });
  return limits;
}

/** Method and route, for summaries: from a bounded set, whatever is asked for. */
function methodAndRouteOf({ method, routeOptions }: FastifyRequest): string {
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
  const { rawPacket: _, ...serialized } = stdSerializers.err(error);
  return { ...serialized, message: withoutQuery(serialized.message), stack: withoutQuery(serialized.stack) };
}

function withoutQuery(text: string): string {
  return text.replace(/\?[^\s"']*/g, "?…");
}

/** Names of pictures hold the text of a code, sealed; the log has no use for them either. */
function pathOf(url: string): string {
  return (url.split("?", 1)[0] ?? "").replace(/[\w.-]{100,}/g, "…");
}
