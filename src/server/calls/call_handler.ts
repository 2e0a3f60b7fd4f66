import type { handleServerStreamingCall, handleUnaryCall } from "@grpc/grpc-js";
import { TicketError } from "../../domain/ticket_error.js";
import { type Decoder, decodeRequest } from "../messages/decode.js";
import { type Encoder, encodeResponse } from "../messages/encode.js";
import { toGrpcStatus, toTicketError } from "../messages/errors.js";
import type { RequestBytes } from "../messages/raw_messages.js";
import type { Admission } from "./admission.js";
import type { CallLog, CallLogEntry } from "./call_log.js";
import type { InFlightCalls, InFlightKind } from "./in_flight.js";
import {
  authorizationOf,
  createRunningCall,
  type EndListener,
  hasPassed,
  type RunningCall,
  type ServerCall,
} from "./running_call.js";

/** What a handler may know of its call beside the request. */
export interface CallContext {
  /** Names the ticket for the log, which sees a hash of it. */
  setTicket(ticketId: string | undefined): void;
  /**
   * Calls the listener once when the client leaves, the deadline of the call passes, or the server ends the call: a watch when it
   * begins to stop, any other call at its own deadline. The reason is what to throw.
   */
  onEnd(listener: EndListener): void;
  /** Returns a signal that is aborted then. */
  signal(): AbortSignal;
}

/** A unary RPC: how its request is read and answered. */
export interface UnaryMethod<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  handle(caller: Caller, request: Request, call: CallContext): Promise<Response>;
}

/** A server-streaming RPC. */
export interface ServerStreamingMethod<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  /** Begins to produce messages. Writes nothing to the output before it has returned. */
  start(caller: Caller, request: Request, output: StreamOutput<Response>, call: CallContext): StreamSource;
}

/** Where the messages of a stream go. */
export interface StreamOutput<Response> {
  /** Sends a message. The source is asked to resume once the message is on its way, so that none wait in line. */
  write(message: Response): void;
  /** Ends the stream, with OK if there is no error. */
  end(error: unknown): void;
}

/** Producer of the messages of a stream. */
export interface StreamSource {
  /** Asks for one more message. */
  resume(): void;
  /** Has the source end its output with the reason, at once. */
  end(reason: unknown): void;
}

/** A kind of caller: authenticated by the credential alone, named in the log, and counted by its key. */
export interface CallerKind<Caller> {
  authenticate(authorization: readonly string[], call: RunningCall): Caller | Promise<Caller>;
  logFieldsOf(caller: Caller): { readonly app: string } | { readonly pool: string };
  /** Whose calls count together. */
  limitKeyOf(caller: Caller): string;
}

/** What every call goes through. */
export interface CallDependencies {
  readonly log: CallLog;
  readonly inFlight: InFlightCalls;
  readonly admissions: Readonly<Record<InFlightKind, Admission>>;
}

/**
 * The edge between grpc-js callbacks and promises. In this order: credential, limits, request, use case; then the answer, or
 * the refusal with its details; then one line in the log.
 *
 * Requests come as bytes: grpc-js would answer garbage with INTERNAL before we could call it INVALID_REQUEST.
 */
export function createUnaryHandler<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: UnaryMethod<Caller, Request, Response>,
  dependencies: CallDependencies,
): handleUnaryCall<RequestBytes, Buffer> {
  return (call, callback) => {
    void handleCall(name, kind, "calls", call, dependencies, {
      serve: (caller, context) =>
        method.handle(caller, decodeRequest(method.request, call.request.take()), context),
      finish: (response) => callback(null, encodeResponse(method.response, response)),
      refuse: (ticketError) => callback(toGrpcStatus(ticketError)),
    });
  };
}

/** Like {@link createUnaryHandler} for a stream. */
export function createServerStreamingHandler<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: ServerStreamingMethod<Caller, Request, Response>,
  dependencies: CallDependencies,
): handleServerStreamingCall<RequestBytes, Buffer> {
  return (call) => {
    const serve = (caller: Caller, context: CallContext) => {
      const request = decodeRequest(method.request, call.request.take());
      return new Promise<void>((resolve, reject) => {
        const output: StreamOutput<Response> = {
          write(message) {
            if (call.write(encodeResponse(method.response, message))) source.resume();
            else call.once("drain", source.resume);
          },
          end(error) {
            if (error !== undefined) return reject(error);
            call.end();
            resolve();
          },
        };
        const source = method.start(caller, request, output, context);
        context.onEnd(source.end);
      });
    };
    void handleCall(name, kind, "watches", call, dependencies, {
      serve,
      finish: () => {},
      refuse: (ticketError) => call.emit("error", toGrpcStatus(ticketError)),
    });
  };
}

/** The context of a call that runs. A class, since it would be three closures for every call. */
class Context implements CallContext {
  private readonly line: CallLogEntry;
  private readonly running: RunningCall;

  constructor(line: CallLogEntry, running: RunningCall) {
    this.line = line;
    this.running = running;
  }

  setTicket(ticketId: string | undefined): void {
    this.line.setTicket(ticketId);
  }

  onEnd(listener: EndListener): void {
    this.running.onEnd(listener);
  }

  signal(): AbortSignal {
    return this.running.signal();
  }
}

interface Work<Caller, Result> {
  serve(caller: Caller, context: CallContext): Promise<Result>;
  finish(result: Result): void;
  /** Called where there is somebody left to be told. */
  refuse(refusal: TicketError): void;
}

/** Runs one call from the credential to the line in the log. */
async function handleCall<Caller, Result>(
  name: string,
  kind: CallerKind<Caller>,
  inFlightKind: InFlightKind,
  call: ServerCall,
  { log, inFlight, admissions }: CallDependencies,
  work: Work<Caller, Result>,
): Promise<void> {
  const admission = admissions[inFlightKind];
  const logEntry = log.begin(name);
  const running = createRunningCall(call);
  let admittedKey: string | undefined;
  try {
    if (inFlight.stopReason) throw inFlight.stopReason;
    inFlight.add(running, inFlightKind);
    const authenticated = kind.authenticate(authorizationOf(call.metadata), running);
    const caller = authenticated instanceof Promise ? await authenticated : authenticated;
    logEntry.setCaller(kind.logFieldsOf(caller));
    const key = kind.limitKeyOf(caller);
    admission.enter(key);
    admittedKey = key;
    const turn = admission.waitForTurn(key, running);
    if (turn) await turn;
    work.finish(await work.serve(caller, new Context(logEntry, running)));
    logEntry.end("OK");
  } catch (error) {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (call.cancelled && (isAbort || error instanceof TicketError)) {
      // Nobody listens any more: the client has left, or its deadline has passed. A fault of ours is one all the same.
      logEntry.end(hasPassed(call.getDeadline()) ? "DEADLINE_EXCEEDED" : "CANCELLED");
      return;
    }
    const ticketError = toTicketError(isAbort ? (running.signal().reason ?? error) : error);
    logEntry.fail(ticketError);
    if (!call.cancelled) work.refuse(ticketError);
  } finally {
    if (admittedKey !== undefined) admission.leave(admittedKey);
    running.release();
    inFlight.delete(running);
  }
}
