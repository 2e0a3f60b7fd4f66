import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { logIdOf } from "../domain/secrets.js";
import type { Ticket } from "../domain/ticket.js";
import type { TicketStore } from "../store/ticket_store.js";
import { activeTraceparent } from "./remote_context.js";

/**
 * Returns a store that records each write as an event of the span of its call, and passes the context of that span to
 * those who watch the ticket. Outside of a recorded call, it adds nothing to the operations.
 *
 * @param isRemote True if the store is in Redis. Its operations then have spans of their own.
 */
export function traceStore(store: TicketStore, tracer: Tracer, isRemote: boolean): TicketStore {
  async function traced<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (!isRemote) return work();
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

  async function create(span: Span, ticket: Ticket): Promise<void> {
    const traceparent = activeTraceparent();
    await traced("create", () => store.create(ticket, traceparent));
    recordTransition(span, ticket);
  }

  async function replace(span: Span, ticket: Ticket, expectedWriteId: string): Promise<boolean> {
    const traceparent = activeTraceparent();
    const isWritten = await traced("replace", () => store.replace(ticket, expectedWriteId, traceparent));
    if (isWritten) recordTransition(span, ticket);
    return isWritten;
  }

  return {
    ...store,
    create(ticket) {
      const span = recordedSpan();
      return span ? create(span, ticket) : store.create(ticket);
    },
    get: (id) => (recordedSpan() ? traced("get", () => store.get(id)) : store.get(id)),
    replace(ticket, expectedWriteId) {
      const span = recordedSpan();
      return span ? replace(span, ticket, expectedWriteId) : store.replace(ticket, expectedWriteId);
    },
  };
}

/** Returns the active span, undefined if it is not recorded. */
function recordedSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}

/** Adds an event for the new state of a ticket to the span of the call that wrote it. */
function recordTransition(span: Span, { id, state, revision, cancelReason }: Ticket): void {
  span.addEvent("qrlogin.ticket.transition", {
    "qrlogin.ticket": logIdOf(id),
    "qrlogin.ticket.state": state,
    "qrlogin.ticket.revision": revision,
    ...(cancelReason !== undefined && { "qrlogin.ticket.cancel_reason": cancelReason }),
  });
}
