import { performance } from "node:perf_hooks";
import { type handleServerStreamingCall, type handleUnaryCall, status } from "@grpc/grpc-js";
import type { Link } from "../../base/linked_list.js";
import { newRequestId } from "../../base/request_id.js";
import { TicketError } from "../../domain/ticket_error.js";
import { type Decoder, decodeRequest } from "../messages/decode.js";
import { type Encoder, encodeResponse } from "../messages/encode.js";
import { statusByReason, toGrpcStatus, toTicketError } from "../messages/errors.js";
import type { RequestBytes } from "../messages/raw_messages.js";
import type { Admission } from "./admission.js";
import type { CallerLogFields, CallLog, CallLogEntry } from "./call_log.js";
import type { CallObserver, MethodObserver } from "./call_observer.js";
import type { CallSpan, CallTracer } from "./call_tracer.js";
import type { CallKind, EndableCall, InFlightCalls } from "./in_flight.js";
import {
  authorizationOf,
  createRunningCall,
  type EndListener,
  hasPassed,
  type RunningCall,
  requestIdOf,
  type ServerCall,
} from "./running_call.js";

/** The parts of a call that a handler can use in addition to the request. */
export interface CallContext {
  /** Sets the ticket for the log, which contains only a hash of the id. */
  setTicket(ticketId: string | undefined): void;
  /**
   * Calls the listener once when the client cancels the call, its deadline passes, or the server ends the
   * call. A shutdown ends watches when its grace period begins and other calls when it is over. The listener
   * receives the error to throw.
   */
  onEnd(listener: EndListener): void;
  /** Returns a signal that is aborted when `onEnd` calls its listeners. */
  signal(): AbortSignal;
  /** Sends a status of a watch, and records that in the trace; see {@link CallSpan.addStatus}. */
  sendStatus(state: string, traceparent: string | undefined, send: () => void): void;
}

/** A unary RPC: its codecs and its handler. */
export interface UnaryMethod<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  handle(caller: Caller, request: Request, call: CallContext): Promise<Response>;
}

/** A server-streaming RPC: its codecs and its handler. */
export interface ServerStreamingMethod<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  /** Starts the stream. The source must not write to the output before this method has returned. */
  start(caller: Caller, request: Request, output: StreamOutput<Response>, call: CallContext): StreamSource;
}

/** The output of a stream. */
export interface StreamOutput<Response> {
  /**
   * Sends a message. Calls `resume` of the source once the message is on its way, so that no messages are
   * buffered.
   */
  write(message: Response): void;
  /** Ends the stream: with OK if `error` is undefined, else with the error. */
  end(error: unknown): void;
}

/** The producer of a stream's messages. */
export interface StreamSource {
  /** Requests one more message. */
  resume(): void;
  /** Ends the output at once, with the reason as the error. */
  end(reason: unknown): void;
}

/** A kind of caller, with its authentication, log fields and key for limits. */
export interface CallerKind<Caller> {
  authenticate(
    authorization: readonly string[],
    running: RunningCall,
    call: ServerCall,
  ): Caller | Promise<Caller>;
  logFieldsOf(caller: Caller): CallerLogFields;
  /** Returns the key under which calls are counted for the limits. */
  limitKeyOf(caller: Caller): string;
}

/** The dependencies that all handlers share. */
export interface CallDependencies {
  readonly log: CallLog;
  readonly observer: Pick<CallObserver, "ofMethod">;
  /** Undefined if calls are not traced. */
  readonly tracer?: CallTracer | undefined;
  readonly inFlight: InFlightCalls;
  readonly admissions: Readonly<Record<CallKind, Admission>>;
}

/**
 * Creates the grpc-js handler of a unary method. A call passes these steps in order: authentication, limits,
 * decoding, the method itself, then the response or the error with its details, and finally one log line.
 *
 * Requests arrive as bytes and are decoded here, because grpc-js would answer a request that it cannot decode
 * with INTERNAL instead of INVALID_REQUEST.
 */
export function createUnaryHandler<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: UnaryMethod<Caller, Request, Response>,
  dependencies: CallDependencies,
): handleUnaryCall<RequestBytes, Buffer> {
  const observer = dependencies.observer.ofMethod(name);
  return (call, callback) => {
    void handleCall(name, kind, "calls", call, observer, dependencies, {
      serve: (caller, context) =>
        method.handle(caller, decodeRequest(method.request, call.request.take()), context),
      finish: (response) => callback(null, encodeResponse(method.response, response)),
      sendError: (ticketError, requestId) => callback(toGrpcStatus(ticketError, requestId)),
    });
  };
}

/**
 * Creates the grpc-js handler of a server-streaming method. The steps are those of {@link
 * createUnaryHandler}.
 */
export function createServerStreamingHandler<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: ServerStreamingMethod<Caller, Request, Response>,
  dependencies: CallDependencies,
): handleServerStreamingCall<RequestBytes, Buffer> {
  const observer = dependencies.observer.ofMethod(name);
  return (call) => {
    const serve = (caller: Caller, context: CallContext) => {
      const request = decodeRequest(method.request, call.request.take());
      return new Promise<void>((resolve, reject) => {
        const output: StreamOutput<Response> = {
          write(message) {
            if (call.write(encodeResponse(method.response, message))) source.resume();
            else call.once("drain", () => source.resume());
          },
          end(error) {
            if (error !== undefined) return reject(error);
            call.end();
            resolve();
          },
        };
        const source = method.start(caller, request, output, context);
        context.onEnd((reason) => source.end(reason));
      });
    };
    void handleCall(name, kind, "watches", call, observer, dependencies, {
      serve,
      finish: () => {},
      sendError: (ticketError, requestId) => call.emit("error", toGrpcStatus(ticketError, requestId)),
    });
  };
}

/** The context of a running call. It is a class because three closures for each call would cost more. */
class Context implements CallContext {
  private readonly logEntry: CallLogEntry;
  private readonly running: RunningCall;
  private readonly span: CallSpan | undefined;

  constructor(logEntry: CallLogEntry, running: RunningCall, span: CallSpan | undefined) {
    this.logEntry = logEntry;
    this.running = running;
    this.span = span;
  }

  setTicket(ticketId: string | undefined): void {
    this.logEntry.setTicket(ticketId);
    if (ticketId !== undefined) this.span?.setTicket(ticketId);
  }

  sendStatus(state: string, traceparent: string | undefined, send: () => void): void {
    if (this.span) this.span.addStatus(state, traceparent, send);
    else send();
  }

  onEnd(listener: EndListener): void {
    this.running.onEnd(listener);
  }

  signal(): AbortSignal {
    return this.running.signal();
  }
}

/** The steps of a call that differ between unary and server-streaming methods. */
interface Work<Caller, Result> {
  serve(caller: Caller, context: CallContext): Promise<Result>;
  finish(result: Result): void;
  /** Sends the error. Not called if the client has already cancelled the call. */
  sendError(error: TicketError, requestId: string): void;
}

/** Runs a call, within a span if calls are traced. */
function handleCall<Caller, Result>(
  name: string,
  kind: CallerKind<Caller>,
  callKind: CallKind,
  call: ServerCall,
  observer: MethodObserver,
  dependencies: CallDependencies,
  work: Work<Caller, Result>,
): Promise<void> {
  const span = dependencies.tracer?.start(call);
  const run = () => runCall(name, kind, callKind, call, observer, dependencies, work, span);
  return span ? span.run(run) : run();
}

/** Runs a call, from its authentication to its log line. */
async function runCall<Caller, Result>(
  name: string,
  kind: CallerKind<Caller>,
  callKind: CallKind,
  call: ServerCall,
  observer: MethodObserver,
  { log, inFlight, admissions }: CallDependencies,
  work: Work<Caller, Result>,
  span: CallSpan | undefined,
): Promise<void> {
  const admission = admissions[callKind];
  const startedAt = performance.now();
  observer.onStart();
  const requestId = requestIdOf(call.metadata);
  const logEntry = log.begin(name, requestId, span?.ids);
  const running = createRunningCall(call);
  let link: Link<EndableCall> | undefined;
  let admittedKey: string | undefined;
  try {
    if (inFlight.stopReason) throw inFlight.stopReason;
    link = inFlight.add(running, callKind);
    const authenticated = kind.authenticate(authorizationOf(call.metadata), running, call);
    const caller = authenticated instanceof Promise ? await authenticated : authenticated;
    logEntry.setCaller(kind.logFieldsOf(caller));
    const key = kind.limitKeyOf(caller);
    admission.enter(key);
    admittedKey = key;
    const turn = admission.waitForTurn(key, running);
    if (turn) await turn;
    work.finish(await work.serve(caller, new Context(logEntry, running, span)));
    logEntry.end("OK");
    observer.onEnd("OK", undefined, performance.now() - startedAt);
    span?.end(status.OK);
  } catch (error) {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (call.cancelled && (isAbort || error instanceof TicketError)) {
      // No client is left to receive the error: the client has cancelled the call, or its deadline has passed.
      // Internal errors are still logged as errors.
      const code = hasPassed(call.getDeadline()) ? "DEADLINE_EXCEEDED" : "CANCELLED";
      logEntry.end(code);
      observer.onEnd(code, undefined, performance.now() - startedAt);
      span?.end(status[code]);
      return;
    }
    const ticketError = toTicketError(isAbort ? (running.signal().reason ?? error) : error);
    // The caller of a failed call has an id to ask about, even if it has sent none.
    const errorId = requestId ?? newRequestId();
    logEntry.fail(ticketError, errorId);
    const code = status[statusByReason[ticketError.reason].code];
    observer.onEnd(code, ticketError, performance.now() - startedAt);
    span?.end(statusByReason[ticketError.reason].code, ticketError.reason);
    if (!call.cancelled) work.sendError(ticketError, errorId);
  } finally {
    if (admittedKey !== undefined) admission.leave(admittedKey);
    running.release();
    if (link) inFlight.remove(link);
  }
}
