import { Code, ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { FastifyReply, FastifyRequest } from "fastify";

/** State of a call that the HTTP adapter and the library's handler share. */
export interface CallContext {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** An error that ends the call before its body is read. */
  readonly rejection?: ConnectError | undefined;
  /** True once the request has been decoded and the call is forwarded. */
  isForwarded: boolean;
  /** The error with which the library ended the call. */
  failure?: unknown;
}

/** Key under which the library carries the state to the handler. */
export const callKey = createContextKey<CallContext | undefined>(undefined, { description: "call" });

/** Returns the state of the call. */
export function callOf({ values }: HandlerContext): CallContext {
  const call = values.get(callKey);
  if (!call) throw new ConnectError("the call has no context", Code.Internal);
  return call;
}
