import { type Attributes, context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { logIdOf } from "../domain/secrets.js";
import type { Ticket } from "../domain/ticket.js";
import type { TicketStore } from "../store/ticket_store.js";
import { activeTraceparent } from "./remote_context.js";

/**
 * Returns a store that records each write as an event of the span of its call, and passes the context of that span to
 * those who watch the ticket.
 *
 * @param isRemote True if the store is in Redis. Its operations then have spans of their own.
 */
export function traceStore(store: TicketStore, tracer: Tracer, isRemote: boolean): TicketStore {
  async function traced<T>(operation: string, work: () => Promise<T>): Promise<T> {
    // Without a recorded call, a span would be a trace of its own.
    if (!isRemote || !trace.getActiveSpan()?.isRecording()) return work();
    const attributes: Attributes = { "db.system.name": "redis", "db.operation.name": operation };
    const span = tracer.startSpan(`redis ${operation}`, { kind: SpanKind.CLIENT, attributes });
    try {
      return await context.with(trace.setSpan(context.active(), span), work);
    } catch (error) {
      // Without the message, which may name addresses.
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (error instanceof Error) span.setAttribute("error.type", error.name);
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    ...store,
    async create(ticket) {
      const traceparent = activeTraceparent();
      await traced("create", () => store.create(ticket, traceparent));
      recordTransition(ticket);
    },
    get: (id) => traced("get", () => store.get(id)),
    async replace(ticket, expectedWriteId) {
      const traceparent = activeTraceparent();
      const isWritten = await traced("replace", () => store.replace(ticket, expectedWriteId, traceparent));
      if (isWritten) recordTransition(ticket);
      return isWritten;
    },
  };
}

/** Adds an event for the new state of a ticket to the span of the call that wrote it. */
function recordTransition({ id, state, revision, cancelReason }: Ticket): void {
  trace.getActiveSpan()?.addEvent("qrlogin.ticket.transition", {
    "qrlogin.ticket": logIdOf(id),
    "qrlogin.ticket.state": state,
    "qrlogin.ticket.revision": revision,
    ...(cancelReason !== undefined && { "qrlogin.ticket.cancel_reason": cancelReason }),
  });
}
