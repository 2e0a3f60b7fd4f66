import type { Metadata, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import { isRequestId, requestIdHeader } from "../../base/request_id.js";
import type { RequestBytes } from "../messages/raw_messages.js";
import type { EndableCall } from "./in_flight.js";

export type ServerCall = ServerUnaryCall<RequestBytes, unknown> | ServerWritableStream<RequestBytes, unknown>;

/** A call in progress, which notifies its handler when it ends early. */
export interface RunningCall extends EndableCall {
  /**
   * Calls the listener once with the error to throw when the client cancels the call, its deadline passes or
   * the server ends the call. Calls it at once if that has already happened.
   */
  onEnd(listener: EndListener): void;
  /**
   * Returns a signal that is aborted when `onEnd` calls its listeners. It is created on first use, since most
   * calls never need it.
   */
  signal(): AbortSignal;
  /** Removes the listeners. To be called when the call is over. */
  release(): void;
}

export type EndListener = (reason: unknown) => void;

// All calls share this error, since its stack trace is never read.
const callCancelled = new DOMException("the call was cancelled", "AbortError");

/**
 * Creates a running call. It registers no listener until `onEnd` or `signal` is used, and then only on the
 * call itself, never on an object that calls share.
 */
export function createRunningCall(call: ServerCall): RunningCall {
  return new EndingCall(call);
}

/** A running call. It is a class because closures for each call would cost as much as its handler. */
class EndingCall implements RunningCall {
  private readonly call: ServerCall;
  private ended: { readonly reason: unknown } | undefined = undefined;
  private listeners: EndListener[] | undefined = undefined;
  private cancel: (() => void) | undefined = undefined;
  private controller: AbortController | undefined = undefined;

  constructor(call: ServerCall) {
    this.call = call;
  }

  end(reason: unknown): void {
    if (this.ended) return;
    this.ended = { reason };
    const listeners = this.listeners ?? [];
    this.listeners = undefined;
    for (const listener of listeners) listener(reason);
  }

  onEnd(listener: EndListener): void {
    if (this.call.cancelled) this.end(callCancelled);
    if (this.ended) {
      listener(this.ended.reason);
    } else if (this.listeners) {
      this.listeners.push(listener);
    } else {
      this.listeners = [listener];
      this.cancel = () => this.end(callCancelled);
      this.call.on("cancelled", this.cancel);
    }
  }

  signal(): AbortSignal {
    if (!this.controller) {
      const controller = new AbortController();
      this.controller = controller;
      this.onEnd((reason) => controller.abort(reason));
    }
    return this.controller.signal;
  }

  release(): void {
    if (this.cancel) this.call.removeListener("cancelled", this.cancel);
    this.listeners = undefined;
  }
}

/** Returns the values of the metadata key `authorization`. */
export function authorizationOf(metadata: Metadata): string[] {
  return metadata.get("authorization").map(String);
}

/**
 * Returns the value of the metadata key `x-request-id`. Ignores one that has another form than ids have, since it
 * stands in the log and in the response.
 */
export function requestIdOf(metadata: Metadata): string | undefined {
  const [requestId, ...others] = metadata.get(requestIdHeader);
  return isRequestId(requestId) && others.length === 0 ? requestId : undefined;
}

export function hasPassed(deadline: Date | number): boolean {
  return Number(deadline) <= Date.now();
}
