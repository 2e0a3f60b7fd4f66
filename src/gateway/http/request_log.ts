import type { FastifyInstance, FastifyRequest } from "fastify";
import { stdSerializers } from "pino";
import type { Clock } from "../../base/clock.js";
import { logIdOf } from "../../domain/secrets.js";
import {
  createLogRateLimiter,
  errorLinesPerInterval,
  type LogRateLimiter,
  withLimitName,
} from "../../log/log_rate_limiter.js";
import { requestIdLogFields } from "./request_id.js";
import { traceLogFieldsOf } from "./request_tracer.js";

/** Fields of a request's log line besides method, route, status and duration. */
interface LogAnnotations {
  app?: string;
  /** A hash of the ticket id, equal to the one in the service's log. */
  ticket?: string;
  reason?: string;
  /** Name of the exceeded limit, for RATE_LIMITED. */
  limit?: string;
  /** The cause of an error, for the operator. Never holds a secret, a token or QR content. */
  cause?: string;
  /** The origin of a rejected page: printable, with a maximum length. */
  origin?: string;
  /** The origin under which the gateway was called. */
  ownOrigin?: string;
}

const annotationsByRequest = new WeakMap<FastifyRequest, LogAnnotations>();

/** Adds fields to the log line of this request. Undefined values are ignored. */
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

/** Returns the reason of the error in the log line of this request, if it has one. */
export function reasonOf(request: FastifyRequest): string | undefined {
  return annotationsByRequest.get(request)?.reason;
}

/** Number of successful requests that are logged line by line, per route and minute. */
const requestsPerInterval = 6_000;

/** Rate limits of the log. Pages need no credential, so anybody can cause log lines. */
interface LineLimits {
  readonly requests: LogRateLimiter;
  readonly errors: LogRateLimiter;
  /** For the separate lines that report an internal error, or the cause of another error. */
  readonly faults: LogRateLimiter;
}

/** The limits of each server. All its routes share them. */
const limitsByServer = new WeakMap<object, LineLimits>();

/**
 * Logs one line for each request. It names the route and never the URL, which may hold a handle. Lines over
 * the limit are summarized once a minute.
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
    const labels = { method: methodAndRouteOf(request), reason: withLimitName(reason, annotations?.limit) };
    const shouldWrite = isError
      ? limits.errors.allows({ budget: reason, ...labels })
      : limits.requests.allows({ budget: labels.method, ...labels });
    if (!shouldWrite) return;
    const durationMs = Math.round(reply.elapsedTime * 1_000) / 1_000;
    request.log.info(
      {
        method,
        route: routeOptions.url,
        status,
        durationMs,
        ...annotations,
        ...requestIdLogFields(request),
        ...traceLogFieldsOf(request),
      },
      "request",
    );
  });
}

/**
 * Returns whether to log an internal error, or the cause of another error, on a separate line. If not, counts
 * it for the summary.
 */
export function shouldLogFault(request: FastifyRequest, reason: string): boolean {
  const faults = limitsByServer.get(request.server.server)?.faults;
  return faults?.allows({ budget: reason, method: methodAndRouteOf(request), reason, isFault: true }) ?? true;
}

function createLineLimits(instance: FastifyInstance, clock: Clock): LineLimits {
  const limit = (message: string, linesPerInterval: number) =>
    createLogRateLimiter({ log: instance.log, clock, linesPerInterval, message });
  const limits = {
    requests: limit("requests summarized", requestsPerInterval),
    errors: limit("errors summarized", errorLinesPerInterval),
    faults: limit("internal errors summarized", errorLinesPerInterval),
  };
  instance.addHook("onClose", async () => {
    for (const limiter of Object.values(limits)) limiter.close();
  });
  return limits;
}

/** Returns the method and the route, for summaries. The number of routes is bounded, unlike that of URLs. */
function methodAndRouteOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? "without a route"}`;
}

/** Serializers for the lines of routes, fastify's own among them: paths without the query string, and no headers. */
export const logSerializers = {
  req: (request: { readonly method: string; readonly url: string }) =>
    `${request.method} ${pathOf(request.url)}`,
  res: (reply: { readonly statusCode: number }) => String(reply.statusCode),
  // Only these fields: what else an error has may be from the request.
  err(error: unknown) {
    // A hook of the site can throw anything.
    const { type, message, stack } = stdSerializers.err(
      error instanceof Error ? error : new Error(String(error)),
    );
    // Fastify quotes the URL in some of its errors.
    return { type, message: withoutQuery(message), stack: withoutQuery(stack) };
  },
};

/**
 * Serializes an error for the log. Leaves out the bytes that the HTTP parser could not read, since they may
 * hold a handle or a cookie, and the query strings that a framework quotes.
 */
export function errorSerializer(error: Error): object {
  const { rawPacket: _, ...serialized } = stdSerializers.err(error);
  return { ...serialized, message: withoutQuery(serialized.message), stack: withoutQuery(serialized.stack) };
}

function withoutQuery(text: string): string {
  return text.replace(/\?[^\s"']*/g, "?…");
}

/**
 * Returns the path without the query string and without the long names of images, which hold sealed QR
 * content.
 */
function pathOf(url: string): string {
  return (url.split("?", 1)[0] ?? "").replace(/[\w.-]{100,}/g, "…");
}
