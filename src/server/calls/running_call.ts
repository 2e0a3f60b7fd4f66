import type { Metadata, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { RequestBytes } from "../messages/raw_messages.js";
import type { EndableCall } from "./in_flight.js";

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
export function createRunningCall(call: ServerCall): RunningCall {
  return new EndingCall(call);
}

/** A class, since closures for every call would cost as much as its handler. */
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
    const told = this.listeners ?? [];
    this.listeners = undefined;
    for (const listener of told) listener(reason);
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
      const made = new AbortController();
      this.controller = made;
      this.onEnd((reason) => made.abort(reason));
    }
    return this.controller.signal;
  }

  release(): void {
    if (this.cancel) this.call.removeListener("cancelled", this.cancel);
    this.listeners = undefined;
  }
}

/** The values of the metadata key `authorization`. */
export function authorizationOf(metadata: Metadata): string[] {
  return metadata.get("authorization").map(String);
}

export function hasPassed(deadline: Date | number): boolean {
  return Number(deadline) <= Date.now();
}
