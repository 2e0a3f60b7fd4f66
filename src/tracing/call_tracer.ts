import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { splitAddress } from "../base/address.js";
import { logIdOf } from "../domain/secrets.js";
import type { CallSpan, CallTracer, TraceIds } from "../server/calls/call_tracer.js";
import type { CallContexts } from "./call_contexts.js";
import { continueFrom, linkTo } from "./remote_context.js";
import type { RootSampling } from "./root_sampling.js";

/**
 * gRPC codes that make a server's span an error, as OpenTelemetry's conventions list them: UNKNOWN, DEADLINE_EXCEEDED,
 * UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. The others are faults of the caller.
 */
const faultCodes: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/**
 * Creates the tracer of the calls of the service. A call that is not recorded costs little: it has no context, and no
 * span either unless its caller sent a trace.
 *
 * @param isTrusted Reports whether the context that a caller at this address sends is continued.
 */
export function createCallTracer(
  tracer: Tracer,
  contexts: Pick<CallContexts, "hold">,
  roots: Pick<RootSampling, "isNextRecorded">,
  isTrusted: (address: string) => boolean,
): CallTracer {
  return {
    start(call) {
      const read = (key: string) => {
        const [value] = call.metadata.get(key);
        return typeof value === "string" ? value : undefined;
      };
      if (read("traceparent") === undefined && !roots.isNextRecorded()) return unrecorded;
      const path = call.getPath().slice(1);
      const [service = "", method = ""] = path.split("/");
      const { options, parent } = continueFrom(read, {
        isTrusted: () => isTrusted(hostOf(call.getPeer())),
        kind: SpanKind.SERVER,
        attributes: { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method },
      });
      const span = tracer.startSpan(path, options, parent);
      return span.isRecording()
        ? new RecordedCall(span, parent, contexts.hold())
        : unrecordedWith(span.spanContext());
    },
  };
}

/** The span of a recorded call. Its context lasts across awaits until the call ends, or waits as a watch does. */
class RecordedCall implements CallSpan {
  readonly ids: TraceIds;
  private readonly span: Span;
  private readonly active: Context;
  private readonly release: () => void;

  constructor(span: Span, parent: Context, release: () => void) {
    const { traceId, spanId } = span.spanContext();
    this.ids = { traceId, spanId };
    this.span = span;
    this.active = trace.setSpan(parent, span);
    this.release = release;
  }

  run<T>(work: () => T): T {
    return context.with(this.active, work);
  }

  setTicket(ticketId: string): void {
    this.span.setAttribute("qrlogin.ticket", logIdOf(ticketId));
  }

  addStatus(state: string, traceparent: string | undefined, send: () => void): void {
    this.release();
    const attributes = { "qrlogin.ticket.state": state };
    this.span.addEvent("qrlogin.ticket.status", attributes);
    const link = traceparent === undefined ? undefined : linkTo(traceparent, attributes);
    if (link) this.span.addLink(link);
    // Timers that the watch sets now would keep its context, as long as another call holds contexts.
    context.with(ROOT_CONTEXT, send);
  }

  end(code: number, reason?: string): void {
    this.release();
    this.span.setAttribute("rpc.grpc.status_code", code);
    if (reason !== undefined) this.span.setAttribute("error.type", reason);
    if (faultCodes.has(code)) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}

/** The span of a call that is not recorded, whose caller sent no trace. */
const unrecorded: CallSpan = {
  ids: undefined,
  // A stream that had to wait for its turn starts in the context of the call that made way for it.
  run: (work) => (context.active() === ROOT_CONTEXT ? work() : context.with(ROOT_CONTEXT, work)),
  setTicket() {},
  addStatus: (_state, _traceparent, send) => send(),
  end() {},
};

function unrecordedWith({ traceId, spanId }: TraceIds): CallSpan {
  return { ...unrecorded, ids: { traceId, spanId } };
}

/** Returns the address of `HOST:PORT`; an empty text if there is none, as with a Unix socket. */
function hostOf(peer: string): string {
  return /:\d+$/.test(peer) ? splitAddress(peer).host : "";
}
