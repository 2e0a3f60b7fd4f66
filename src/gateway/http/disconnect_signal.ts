import type { FastifyReply } from "fastify";
import { HttpError } from "./http_error.js";

/**
 * Returns a signal that aborts when the client disconnects or the response has been sent. Its reason is the
 * HttpError to log.
 */
export function disconnectSignalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // 499 is nginx's status for this case. Only the log shows it.
  const error = new HttpError(499, "CALLER_GONE", "the client closed the connection");
  reply.raw.once("close", () => controller.abort(error));
  // The client may have disconnected before the listener was added.
  if (reply.raw.destroyed) controller.abort(error);
  return controller.signal;
}
