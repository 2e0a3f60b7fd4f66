import { ConnectError, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { disconnectSignalOf } from "../http/disconnect_signal.js";
import { type CallContext, callKey } from "./call_context.js";
import { reportError, reportUnreadableRequest } from "./connect_errors.js";

/** The request headers that the library sees. Cookies are not among them. */
const readHeaders = [
  "authorization",
  "accept-encoding",
  "connect-accept-encoding",
  "connect-content-encoding",
  "connect-protocol-version",
  "connect-timeout-ms",
  "content-encoding",
  "content-length",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-timeout",
];

/** Runs the library's handler for a request whose body fastify has read. */
export async function handleCall(
  handler: UniversalHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<UniversalServerResponse> {
  const call: CallContext = { request, reply, isForwarded: false };
  const response = await run(handler, call).catch((error: unknown) => {
    // The library cannot write each of its own errors: a text with half of a character is no gRPC-Web trailer.
    if (call.failure === undefined) throw error;
    return undefined;
  });
  const { failure, isForwarded } = call;
  if (response && (isForwarded || failure === undefined || isEndOfCall(failure))) return response;
  const error =
    failure instanceof ConnectError
      ? reportUnreadableRequest(failure, request)
      : reportError(failure, request);
  return rejectCall(handler, request, reply, error);
}

/** Returns the response with this error, in the form of the protocol that the request uses. */
export async function rejectCall(
  handler: UniversalHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  rejection: ConnectError,
): Promise<UniversalServerResponse> {
  return run(handler, { request, reply, rejection, isForwarded: false });
}

function run(handler: UniversalHandler, call: CallContext): Promise<UniversalServerResponse> {
  const { request, reply, rejection } = call;
  const header = new Headers();
  for (const name of readHeaders) {
    const value = request.headers[name];
    if (typeof value === "string" && !isTimeoutBeyondTimers(name, value)) header.set(name, value);
  }
  const body = rejection === undefined && request.body instanceof Uint8Array ? [request.body] : [];
  return handler({
    httpVersion: request.raw.httpVersion,
    // The library reads only the query of a GET request, which no route accepts.
    url: `http://gateway${handler.requestPath}`,
    method: request.method,
    header,
    body: createAsyncIterable(body),
    signal: disconnectSignalOf(reply),
    contextValues: createContextValues().set(callKey, call),
  });
}

/** Longest timer in milliseconds. Node.js fires a longer one immediately. */
const maxTimerMs = 2 ** 31 - 1;

const unitsInMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000 };

/** Returns whether the header holds a time-out of weeks. It is left out, since every call ends sooner. */
function isTimeoutBeyondTimers(name: string, value: string): boolean {
  if (name === "connect-timeout-ms") return Number(value) > maxTimerMs;
  if (name !== "grpc-timeout") return false;
  return Number(value.slice(0, -1)) * (unitsInMs[value.slice(-1)] ?? 0) > maxTimerMs;
}

/** Returns whether the signal of a call was aborted because the call has ended without an error. */
function isEndOfCall(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === "AbortError";
}
