import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { otherMethod, reportedMethod } from "../../base/http_method.js";
import { onResponseEnd, statusOf } from "./disconnect_signal.js";
import { reasonOf } from "./request_log.js";

/** A response stream that has ended. */
export interface EndedStream {
  /** Pattern of the route, such as `/qrlogin/v1/tickets`, or `unmatched` for a path without a route. */
  readonly route: string;
  /** Reason of the error. A status call can have one although it succeeds: it then repeats an earlier status. */
  readonly reason: string | undefined;
  readonly durationMs: number;
}

/** A request that has ended. Strangers cannot multiply the values: methods, routes and statuses are closed sets. */
export interface EndedRequest extends EndedStream {
  /** Method, or `_OTHER` for one that no browser uses, and for a path without a route. */
  readonly method: string;
  /** Status of the response, or 499 if the client was gone before there was one. */
  readonly status: number;
}

/** Reports of HTTP requests. */
export interface RequestObserver {
  /** Reports a request that has arrived. */
  requestStarted(): void;
  /** Reports the end of a request. Called once for each, also if the client disconnects. */
  requestEnded(request: EndedRequest): void;
  /** Reports a request whose response is a stream, which lasts for minutes. `requestEnded` does not follow. */
  streamStarted(route: string): void;
  /** Reports the end of a stream. */
  streamEnded(stream: EndedStream): void;
}

/** Replies whose response is a stream. */
const streams = new WeakSet<FastifyReply>();

/** Route of the requests for a path without one. */
const unmatched = "unmatched";

/** Reports the requests of a server, or of a plugin. */
export function observeRequests(instance: FastifyInstance, observer: RequestObserver): void {
  instance.addHook("onRequest", async (request, reply) => {
    observer.requestStarted();
    onResponseEnd(reply, () => {
      const ended = { route: routeOf(request), reason: reasonOf(request), durationMs: reply.elapsedTime };
      if (streams.has(reply)) observer.streamEnded(ended);
      else observer.requestEnded({ ...ended, method: methodOf(request), status: statusOf(reply) });
    });
  });
}

/** Reports that the response to a request is a stream, which begins now. */
export function reportStream(reply: FastifyReply, observer: RequestObserver): void {
  streams.add(reply);
  observer.streamStarted(routeOf(reply.request));
}

function methodOf(request: FastifyRequest): string {
  // A stranger chooses the method of a path without a route, and would otherwise multiply the series.
  return routeOf(request) === unmatched ? otherMethod : reportedMethod(request.method);
}

function routeOf({ routeOptions: { url = unmatched, config } }: FastifyRequest): string {
  return config.isCatchAll ? unmatched : url;
}
