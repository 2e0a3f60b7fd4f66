import type { TicketError } from "../../domain/ticket_error.js";

/** Receives the calls of one method, for metrics. */
export interface MethodObserver {
  onStart(): void;
  /**
   * @param code Name of the gRPC status code, such as `OK`.
   * @param error Error of the service; undefined if the call succeeded or its client ended it.
   * @param durationMs Time since the request was complete, in milliseconds.
   */
  onEnd(code: string, error: TicketError | undefined, durationMs: number): void;
}

/** Receives all calls of the server. */
export interface CallObserver {
  /** Returns the observer of a method. Called once for each method that the server has, not for each call. */
  ofMethod(name: string): MethodObserver;
  /** Called for each call of a method that the server does not have. */
  onUnknownMethod(): void;
}

/** An observer that ignores everything. */
export const silentCallObserver: CallObserver & { onLimit(): void } = {
  ofMethod: () => ({ onStart() {}, onEnd() {} }),
  onUnknownMethod() {},
  onLimit() {},
};
