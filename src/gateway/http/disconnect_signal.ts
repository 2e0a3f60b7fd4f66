import type { FastifyReply } from "fastify";
import { HttpError } from "./http_error.js";

/** Returns a signal that is aborted when the caller has left, with the refusal that the log then shows. */
export function disconnectSignalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // The number that nginx gives it; nobody is there to read it but the log.
  const error = new HttpError(499, "CALLER_GONE", "the caller has left");
  reply.raw.once("close", () => controller.abort(error));
  // Before anybody listened.
  if (reply.raw.destroyed) controller.abort(error);
  return controller.signal;
}
