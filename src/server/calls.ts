import { once } from "node:events";
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerUnaryCall,
  ServerWritableStream,
} from "@grpc/grpc-js";
import { Refusal } from "../domain/refusal.js";
import type { CallLog } from "./call_log.js";
import { type Decoder, decodeRequest } from "./decode.js";
import { type Encoder, encodeResponse } from "./encode.js";
import { refusalOf, statusOf } from "./errors.js";
import type { RequestBytes } from "./raw_requests.js";

/** What a handler may know of its call beside the request. */
export interface CallContext {
  /** Names the ticket for the log, which sees a hash of it. */
  about(ticketId: string | undefined): void;
  /** Aborted when the client leaves, the deadline passes or the server stops; the reason is what to throw. */
  signal(): AbortSignal;
}

/** A unary RPC: how its request is read and answered. */
export interface Method<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  handle(caller: Caller, request: Request, call: CallContext): Promise<Response>;
}

/** A server-streaming RPC. */
export interface StreamMethod<Caller, Request, Response> {
  readonly request: Decoder<Request>;
  readonly response: Encoder<Response>;
  handle(caller: Caller, request: Request, call: CallContext): AsyncIterable<Response>;
}

/** How one kind of caller is known, by the credential alone, and named in the log. */
export interface CallerKind<Caller> {
  authenticate(authorization: readonly string[], call: CallContext): Caller | Promise<Caller>;
  describe(caller: Caller): { readonly app: string } | { readonly pool: string };
}

/** What every call goes through. */
export interface CallEdge {
  readonly log: CallLog;
  /** Aborted with a Refusal SERVER_DRAINING when the server stops. */
  readonly draining: AbortSignal;
  /** Counts calls in flight, so that a stop can wait for them. */
  readonly inFlight: { enter(): () => void };
}

type ServerCall = ServerUnaryCall<RequestBytes, unknown> | ServerWritableStream<RequestBytes, unknown>;

/**
 * The edge between grpc-js callbacks and promises. In this order: credential, request, use case; then the answer, or the
 * refusal with its details; then one line in the log.
 *
 * Requests come as bytes: grpc-js would answer garbage with INTERNAL before we could call it INVALID_REQUEST.
 */
export function unary<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: Method<Caller, Request, Response>,
  edge: CallEdge,
): handleUnaryCall<RequestBytes, Buffer> {
  return (call, callback) => {
    void served(name, kind, call, edge, async (caller, context) => {
      const request = decodeRequest(method.request, call.request.take());
      callback(null, encodeResponse(method.response, await method.handle(caller, request, context)));
    }).then((refusal) => refusal && callback(statusOf(refusal)));
  };
}

/** Like {@link unary} for a stream. The next message is asked for once the last one is on its way, so none wait in line. */
export function serverStream<Caller, Request, Response>(
  name: string,
  kind: CallerKind<Caller>,
  method: StreamMethod<Caller, Request, Response>,
  edge: CallEdge,
): handleServerStreamingCall<RequestBytes, Buffer> {
  return (call) => {
    void served(name, kind, call, edge, async (caller, context) => {
      const request = decodeRequest(method.request, call.request.take());
      for await (const message of method.handle(caller, request, context)) {
        const bytes = encodeResponse(method.response, message);
        if (!call.write(bytes)) await once(call, "drain", { signal: context.signal() });
      }
      call.end();
    }).then((refusal) => refusal && call.emit("error", statusOf(refusal)));
  };
}

/** Runs one call from the credential to the line in the log. The answer is the refusal to tell, if there is one. */
async function served<Caller>(
  name: string,
  kind: CallerKind<Caller>,
  call: ServerCall,
  edge: CallEdge,
  serve: (caller: Caller, context: CallContext) => Promise<void>,
): Promise<Refusal | undefined> {
  const leave = edge.inFlight.enter();
  const line = edge.log.begin(name);
  const { signal, release } = callSignal(call, edge.draining);
  const context: CallContext = { about: (ticketId) => line.about(ticketId), signal };
  try {
    if (edge.draining.aborted) throw edge.draining.reason;
    const caller = await kind.authenticate(authorizationOf(call.metadata), context);
    line.by(kind.describe(caller));
    await serve(caller, context);
    line.end("OK");
    return undefined;
  } catch (error) {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (call.cancelled && (isAbort || error instanceof Refusal)) {
      // Nobody listens any more: the client has left, or its deadline has passed. A fault of ours is one all the same.
      line.end(hasPassed(call.getDeadline()) ? "DEADLINE_EXCEEDED" : "CANCELLED");
      return undefined;
    }
    const refusal = refusalOf(isAbort ? (signal().reason ?? error) : error);
    line.refused(refusal);
    return call.cancelled ? undefined : refusal;
  } finally {
    release();
    leave();
  }
}

/** Made when it is first asked for: most calls are over before anybody would. */
function callSignal(call: ServerCall, draining: AbortSignal) {
  let controller: AbortController | undefined;
  const drain = () => controller?.abort(draining.reason);
  const cancel = () => controller?.abort();
  return {
    signal(): AbortSignal {
      if (controller) return controller.signal;
      controller = new AbortController();
      if (call.cancelled) controller.abort();
      if (draining.aborted) drain();
      call.on("cancelled", cancel);
      draining.addEventListener("abort", drain);
      return controller.signal;
    },
    release(): void {
      draining.removeEventListener("abort", drain);
      call.removeListener("cancelled", cancel);
    },
  };
}

function authorizationOf(metadata: Metadata): string[] {
  return metadata.get("authorization").map(String);
}

function hasPassed(deadline: Date | number): boolean {
  return Number(deadline) <= Date.now();
}
