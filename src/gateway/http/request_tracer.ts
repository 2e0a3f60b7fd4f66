import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { onResponseEnd, statusOf } from "./disconnect_signal.js";

/** Makes a span of each request. Without one, requests are not traced. */
export interface RequestTracer {
  /** Starts the span of a request. `peer` is the address of the caller's own end of the connection. */
  start(request: {
    readonly method: string;
    readonly headers: IncomingHttpHeaders;
    readonly peer: string;
  }): RequestSpan;
}

/** The span of one request. */
export interface RequestSpan {
  /** Ids for the log lines of the request. */
  readonly ids: { readonly traceId: string; readonly spanId: string };
  /** Runs work within the span: what it starts becomes part of the trace. */
  run(work: () => void): void;
  /**
   * Ends the span. `route` is the pattern, never the URL; undefined if there is no such route. The status is 499 if the
   * client was gone before there was one.
   */
  end(route: string | undefined, status: number): void;
}

const spans = new WeakMap<FastifyRequest, RequestSpan>();

/** Returns the log fields with the ids of the request's span, none if the request is not traced. */
export function traceLogFieldsOf(request: FastifyRequest): object {
  return spans.get(request)?.ids ?? {};
}

/** Traces the requests of a server that belongs to the gateway alone. To be called before any other hook is added. */
export function traceRequests(server: FastifyInstance, tracer: RequestTracer): void {
  server.addHook("onRequest", (request, reply, done) => {
    const { method, headers, raw } = request;
    const span = tracer.start({ method, headers, peer: raw.socket.remoteAddress ?? "" });
    spans.set(request, span);
    // Fastify's own hook does not run if the client disconnects, as every page that has an event stream does.
    onResponseEnd(reply, () => span.end(request.routeOptions.url, statusOf(reply)));
    span.run(done);
  });
  // Reading a body leaves the context, since the events of the parser belong to the connection.
  server.addHook("preValidation", (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.run(done);
    else done();
  });
}
