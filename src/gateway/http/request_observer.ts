import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { otherMethod, reportedMethod } from "../../base/http_method.js";
import { onResponseEnd, statusOf } from "./disconnect_signal.js";
import { reasonOf } from "./request_log.js";

/** A route of the server. Strangers cannot add any: see {@link RequestObserver.routeAdded}. */
export interface ObservedRoute {
  /**
   * Pattern of the route, such as `/qrlogin/v1/tickets`. It is `*` for CORS preflights, and `unmatched` for a path
   * without a route.
   */
  readonly route: string;
  /** Method. `GET` for HEAD too, `_OTHER` for a path without a route. */
  readonly method: string;
}

/** A response stream that has ended. */
export interface EndedStream {
  readonly route: string;
  /** Reason of the error. A status call can have one although it succeeds: it then repeats an earlier status. */
  readonly reason: string | undefined;
  readonly durationMs: number;
}

/** A request that has ended. */
export interface EndedRequest extends EndedStream, ObservedRoute {
  /** Status of the response, or 499 if the client was gone before there was one. */
  readonly status: number;
}

/** Reports of HTTP requests. */
export interface RequestObserver {
  /**
   * Reports a route, before the first request. No later report has another route, nor another method for it.
   *
   * @param isStream True if the route's responses can be streams.
   */
  routeAdded(route: ObservedRoute, isStream: boolean): void;
  /** Reports a request that has arrived. */
  requestStarted(): void;
  /** Reports the end of a request. Called once for each, also if the client disconnects. */
  requestEnded(request: EndedRequest): void;
  /** Reports a request whose response is a stream, which lasts for minutes. `requestEnded` does not follow. */
  streamStarted(route: string): void;
  /** Reports the end of a stream. */
  streamEnded(stream: EndedStream): void;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Marks a route for all paths that have none. Reports count its requests as `unmatched`. */
    isCatchAll?: boolean;
    /** Marks a route whose responses can be streams. */
    isStream?: boolean;
  }
}

/** Replies whose response is a stream. */
const streams = new WeakSet<FastifyReply>();

/** The route of requests for a path without one. A stranger chooses their methods. */
const unmatched: ObservedRoute = { route: "unmatched", method: otherMethod };

/** The route of the CORS preflights for all routes. */
const preflight: ObservedRoute = { route: "*", method: "OPTIONS" };

/** Reports the requests of a server, or of a plugin. To be called before its routes are added. */
export function observeRequests(instance: FastifyInstance, observer: RequestObserver): void {
  for (const route of [unmatched, preflight]) observer.routeAdded(route, false);
  instance.addHook("onRoute", ({ url, method: methods, config }) => {
    for (const method of [methods].flat())
      observer.routeAdded(observedRoute(method, url, config), config?.isStream ?? false);
  });
  instance.addHook("onRequest", async (request, reply) => {
    observer.requestStarted();
    onResponseEnd(reply, () => {
      const ended = { ...routeOf(request), reason: reasonOf(request), durationMs: reply.elapsedTime };
      if (streams.has(reply)) observer.streamEnded(ended);
      else observer.requestEnded({ ...ended, status: statusOf(reply) });
    });
  });
}

/** Reports that the response to a request is a stream, which begins now. */
export function reportStream(reply: FastifyReply, observer: RequestObserver): void {
  streams.add(reply);
  observer.streamStarted(routeOf(reply.request).route);
}

function routeOf({ method, routeOptions: { url, config } }: FastifyRequest): ObservedRoute {
  return observedRoute(method, url, config);
}

function observedRoute(
  method: string,
  url: string | undefined,
  config: FastifyContextConfig | undefined,
): ObservedRoute {
  if (url === undefined || config?.isCatchAll) return unmatched;
  if (method === preflight.method) return preflight;
  return { route: url, method: method === "HEAD" ? "GET" : reportedMethod(method) };
}
