import { context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { reportedMethod } from "../base/http_method.js";
import type { RequestTracer } from "../gateway/http/request_tracer.js";
import { continueFrom } from "./remote_context.js";

/**
 * Creates the tracer of the requests of the gateway.
 *
 * @param isTrusted Reports whether the context that a caller at this address sends is continued.
 */
export function createRequestTracer(tracer: Tracer, isTrusted: (address: string) => boolean): RequestTracer {
  return {
    start({ method, headers, peer }) {
      const read = (name: string) => {
        const value = headers[name];
        return typeof value === "string" ? value : undefined;
      };
      const knownMethod = reportedMethod(method);
      const { options, parent } = continueFrom(read, {
        isTrusted: () => isTrusted(peer.replace(/^::ffff:/, "")),
        kind: SpanKind.SERVER,
        attributes: { "http.request.method": knownMethod },
      });
      const span = tracer.startSpan(knownMethod, options, parent);
      const active = trace.setSpan(parent, span);
      const { traceId, spanId } = span.spanContext();
      return {
        ids: { traceId, spanId },
        run: (work) => context.with(active, work),
        end(route, status) {
          span.setAttribute("http.response.status_code", status);
          if (route !== undefined) {
            span.setAttribute("http.route", route);
            span.updateName(`${knownMethod} ${route}`);
          }
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}
