import { context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { splitAddress } from "../base/address.js";
import type { CallTracer } from "../server/calls/call_tracer.js";
import { continueFrom, linkTo } from "./remote_context.js";

/**
 * gRPC codes that make a server's span an error, as OpenTelemetry's conventions list them: UNKNOWN, DEADLINE_EXCEEDED,
 * UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. The others are faults of the caller.
 */
const faultCodes: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/**
 * Creates the tracer of the calls of the service.
 *
 * @param isTrusted Reports whether the context that a caller at this address sends is continued.
 */
export function createCallTracer(tracer: Tracer, isTrusted: (address: string) => boolean): CallTracer {
  return {
    start(call) {
      const read = (name: string) => {
        const [value] = call.metadata.get(name);
        return typeof value === "string" ? value : undefined;
      };
      const path = call.getPath().slice(1);
      const [service = "", method = ""] = path.split("/");
      const { options, parent } = continueFrom(read, {
        isTrusted: isTrusted(hostOf(call.getPeer())),
        kind: SpanKind.SERVER,
        attributes: { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method },
      });
      const span = tracer.startSpan(path, options, parent);
      const active = trace.setSpan(parent, span);
      const { traceId, spanId } = span.spanContext();
      return {
        ids: { traceId, spanId },
        run: (work) => context.with(active, work),
        setTicket: (logId) => void span.setAttribute("qrlogin.ticket", logId),
        addStatus(state, traceparent) {
          const attributes = { "qrlogin.ticket.state": state };
          span.addEvent("qrlogin.ticket.status", attributes);
          const link = traceparent === undefined ? undefined : linkTo(traceparent, attributes);
          if (link) span.addLink(link);
        },
        end(code, reason) {
          span.setAttribute("rpc.grpc.status_code", code);
          if (reason !== undefined) span.setAttribute("error.type", reason);
          if (faultCodes.has(code)) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}

/** Returns the address of `HOST:PORT`; an empty text if there is none, as with a Unix socket. */
function hostOf(peer: string): string {
  return /:\d+$/.test(peer) ? splitAddress(peer).host : "";
}
