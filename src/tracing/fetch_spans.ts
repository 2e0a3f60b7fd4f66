import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type Span, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";

/** A request of `fetch`, as the channels of undici describe it. */
interface FetchRequest {
  readonly method: string;
  readonly origin: string | URL;
}

interface Message {
  readonly request: FetchRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: Error;
}

/**
 * Makes a span of each request with which this process asks an issuer: for keys, introspection and UserInfo. Names
 * the host and neither path nor query. Sends no context, since an issuer is a third party. Returns a function that ends
 * this.
 *
 * Node.js publishes the requests of its `fetch` on diagnostics channels, so no caller of `fetch` has to be changed.
 */
export function traceFetches(tracer: Tracer): () => void {
  const spans = new WeakMap<FetchRequest, Span>();
  const listeners: Readonly<Record<string, (message: unknown) => void>> = {
    "undici:request:create": (message) => {
      const { request } = message as Message;
      // The exporter's own requests have no parent.
      if (!trace.getActiveSpan()) return;
      const { hostname, port } = new URL(request.origin);
      const attributes = {
        "http.request.method": request.method,
        "server.address": hostname,
        ...(port !== "" && { "server.port": Number(port) }),
      };
      spans.set(request, tracer.startSpan(request.method, { kind: SpanKind.CLIENT, attributes }));
    },
    "undici:request:headers": (message) => {
      const { request, response } = message as Message;
      if (response)
        end(request, (span) => span.setAttribute("http.response.status_code", response.statusCode));
    },
    "undici:request:error": (message) => {
      const { request, error } = message as Message;
      end(request, (span) => {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute("error.type", error?.name ?? "Error");
      });
    },
  };

  function end(request: FetchRequest, complete: (span: Span) => void): void {
    const span = spans.get(request);
    if (!span) return;
    spans.delete(request);
    complete(span);
    span.end();
  }

  for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener);
  };
}
