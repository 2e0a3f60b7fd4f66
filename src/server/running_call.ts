import type { Metadata, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { EndableCall } from "./in_flight.js";
import type { RequestBytes } from "./raw_requests.js";

export type ServerCall = ServerUnaryCall<RequestBytes, unknown> | ServerWritableStream<RequestBytes, unknown>;

/** A call that is being served, and how its handler learns that it must end early. */
export interface RunningCall extends EndableCall {
  /**
   * Calls the listener once with the reason when the client leaves, the deadline passes or the server ends the call; at once if
   * that has happened. The reason is what to throw.
   */
  onEnd(listener: EndListener): void;
  /** Returns a signal that is aborted then, for what needs one. Made on the first request: most calls end before. */
  signal(): AbortSignal;
  /** Forgets the listeners. To be called when the call is over. */
  release(): void;
}

export type EndListener = (reason: unknown) => void;

// One for all calls, since nobody reads where it was made.
const callCancelled = new DOMException("the call was cancelled", "AbortError");

/** Registers nothing before somebody asks how the call ends, and then on the call alone, never on what calls share. */
export function runningCall(call: ServerCall): RunningCall {
  let end: { readonly reason: unknown } | undefined;
  let listeners: EndListener[] | undefined;
  let controller: AbortController | undefined;

  function endWith(reason: unknown): void {
    if (end) return;
    end = { reason };
    const told = listeners ?? [];
    listeners = undefined;
    for (const listener of told) listener(reason);
  }

  const cancel = () => endWith(callCancelled);

  function onEnd(listener: EndListener): void {
    if (call.cancelled) cancel();
    if (end) {
      listener(end.reason);
    } else if (listeners) {
      listeners.push(listener);
    } else {
      listeners = [listener];
      call.on("cancelled", cancel);
    }
  }

  return {
    end: endWith,
    onEnd,
    signal() {
      if (!controller) {
        const made = new AbortController();
        controller = made;
        onEnd((reason) => made.abort(reason));
      }
      return controller.signal;
    },
    release() {
      if (listeners) call.removeListener("cancelled", cancel);
      listeners = undefined;
    },
  };
}

/** The values of the metadata key `authorization`. */
export function authorizationOf(metadata: Metadata): string[] {
  return metadata.get("authorization").map(String);
}

export function hasPassed(deadline: Date | number): boolean {
  return Number(deadline) <= Date.now();
}
