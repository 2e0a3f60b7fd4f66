import type { ServerCall } from "./running_call.js";

/** Makes a span of each call. Without one, calls are not traced. */
export interface CallTracer {
  start(call: ServerCall): CallSpan;
}

/** The span of one call. */
export interface CallSpan {
  /** Ids for the log line of the call. Undefined if nobody has recorded or sent its trace. */
  readonly ids: TraceIds | undefined;
  /** Runs work within the span: what it starts becomes part of the trace. */
  run<T>(work: () => T): T;
  /** Sets the ticket, for which the span has the same hash as the log. */
  setTicket(ticketId: string): void;
  /**
   * Records that a watch sends a status. `traceparent` is the context of the write that caused it, if that was
   * traced. The span then has a link to that write. Runs `send` outside of the span: the watch waits afterwards,
   * perhaps for minutes, and what wakes it is part of no call.
   */
  addStatus(state: string, traceparent: string | undefined, send: () => void): void;
  /** Ends the span, with the gRPC code and, for an error of the service, its reason. */
  end(code: number, reason?: string): void;
}

/** Ids of a span, as W3C Trace Context writes them. */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}
