import type { FastifyReply } from "fastify";
import { HttpError } from "./http_error.js";

/** Status of nginx for a client that was gone before there was a response. Only the operator sees it. */
const callerGone = 499;

/** Returns the status of a response, or 499 if the client was gone before there was one. */
export function statusOf({ raw }: FastifyReply): number {
  return raw.headersSent ? raw.statusCode : callerGone;
}

/**
 * Returns a signal that aborts when the client disconnects or the response has been sent. Its reason is the
 * HttpError to log.
 */
export function disconnectSignalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const error = new HttpError(callerGone, "CALLER_GONE", "the client closed the connection");
  onResponseEnd(reply, () => controller.abort(error));
  return controller.signal;
}

/** Calls the listener once, when the client has disconnected or the response has been sent; at once if it has. */
export function onResponseEnd({ raw, request }: FastifyReply, listener: () => void): void {
  const { socket } = request.raw;
  let hasEnded = false;
  const end = () => {
    // The response closes while its socket does, whose listeners have been listed by then.
    if (hasEnded) return;
    hasEnded = true;
    raw.off("close", end);
    socket.off("close", end);
    listener();
  };
  raw.on("close", end);
  // A response that waits for an earlier one on its connection (pipelining) never reports `close`.
  socket.on("close", end);
  if (raw.destroyed || socket.destroyed) end();
}
