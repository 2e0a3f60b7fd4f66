import { performance } from "node:perf_hooks";
import { status } from "@grpc/grpc-js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import { logIdOf } from "../../domain/secrets.js";
import type { TicketError } from "../../domain/ticket_error.js";
import type { LogRateLimiter } from "../../log/log_rate_limiter.js";
import { statusByReason } from "../messages/errors.js";
import { type CallLogFields, createCallLineWriter } from "./call_line.js";
import { shouldLogEnd, shouldLogError } from "./call_log_limit.js";
import type { TraceIds } from "./call_tracer.js";

/**
 * A log with one line for each call. A ticket appears as a hash of its id. Secrets, tokens and QR texts are
 * never passed to it.
 */
export interface CallLog {
  /** Begins the entry of a call. `requestId` is undefined if the caller has sent none, `trace` if there is no trace. */
  begin(method: string, requestId: string | undefined, trace?: TraceIds | undefined): CallLogEntry;
}

/** Fields that name a caller: the id of an app, of a user pool or of an administrator. */
export type CallerLogFields =
  | { readonly app: string }
  | { readonly pool: string }
  | { readonly admin: string };

export interface CallLogEntry {
  setCaller(caller: CallerLogFields): void;
  setTicket(ticketId: string | undefined): void;
  /** Writes the line of a call that ended without an error. */
  end(code: "OK" | "CANCELLED" | "DEADLINE_EXCEEDED"): void;
  /**
   * Writes the line of a call that failed: at level error if the error is internal. Over the rate limit, the
   * line is counted instead.
   *
   * @param requestId Id of the request as the caller receives it.
   */
  fail(error: TicketError, requestId: string): void;
}

export function createCallLog(log: Logger, errorLogLimiter: LogRateLimiter): CallLog {
  const output: CallOutput = {
    log,
    errorLogLimiter,
    write: createCallLineWriter(log),
    cachedLogIdOf: createLogIdCache(),
  };
  return { begin: (method, requestId, trace) => new Line(output, method, requestId, trace) };
}

interface CallOutput {
  readonly log: Logger;
  readonly errorLogLimiter: LogRateLimiter;
  readonly write: (fields: CallLogFields) => void;
  /** Returns the hash that stands for a ticket in the log. */
  readonly cachedLogIdOf: (ticketId: string) => string;
}

/** Largest number of cached hashes. Most tickets have several calls within a few seconds. */
const maxLogIds = 4_096;

function createLogIdCache(): (ticketId: string) => string {
  const logIds = new LRUCache<string, string>({ max: maxLogIds });
  return (ticketId) => {
    const known = logIds.get(ticketId);
    if (known !== undefined) return known;
    const logId = logIdOf(ticketId);
    logIds.set(ticketId, logId);
    return logId;
  };
}

/** A log entry. It is a class because closures for each call would cost more than the log line itself. */
class Line implements CallLogEntry {
  private readonly output: CallOutput;
  private readonly method: string;
  private requestId: string | undefined;
  private readonly trace: TraceIds | undefined;
  private readonly startedAt = performance.now();
  private caller: { readonly app?: string; readonly pool?: string; readonly admin?: string } = noCaller;
  private ticket: string | undefined = undefined;

  constructor(
    output: CallOutput,
    method: string,
    requestId: string | undefined,
    trace: TraceIds | undefined,
  ) {
    this.output = output;
    this.method = method;
    this.requestId = requestId;
    this.trace = trace;
  }

  setCaller(caller: CallerLogFields): void {
    this.caller = caller;
  }

  setTicket(ticketId: string | undefined): void {
    this.ticket = ticketId;
  }

  end(code: "OK" | "CANCELLED" | "DEADLINE_EXCEEDED"): void {
    const { log, errorLogLimiter, write } = this.output;
    if (!log.isLevelEnabled("info")) return;
    if (code === "OK" || shouldLogEnd(errorLogLimiter, this.method, code, this.caller))
      write(this.fieldsOf(code));
  }

  fail(error: TicketError, requestId: string): void {
    this.requestId = requestId;
    const { log, errorLogLimiter, write } = this.output;
    if (!shouldLogError(errorLogLimiter, this.method, error, this.caller)) return;
    const { reason, cause } = error;
    const { code } = statusByReason[reason];
    if (reason === "INTERNAL")
      log.error({ ...this.fieldsOf(status[code], error), err: cause }, "call failed");
    else if (cause === undefined) write(this.fieldsOf(status[code], error));
    else if (code === status.UNAVAILABLE)
      log.warn({ ...this.fieldsOf(status[code], error), err: cause }, "call");
    else write(this.fieldsOf(status[code], error, causeText(cause)));
  }

  private fieldsOf(code: string, error?: TicketError, cause?: string): CallLogFields {
    return {
      method: this.method,
      app: this.caller.app,
      pool: this.caller.pool,
      admin: this.caller.admin,
      code,
      durationMs: Math.round((performance.now() - this.startedAt) * 1_000) / 1_000,
      ticket: this.ticket === undefined ? undefined : this.output.cachedLogIdOf(this.ticket),
      reason: error?.reason,
      limit: error?.exceededLimit,
      cause,
      requestId: this.requestId,
      traceId: this.trace?.traceId,
      spanId: this.trace?.spanId,
    };
  }
}

const noCaller = {};

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
