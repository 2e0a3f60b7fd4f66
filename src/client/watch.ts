import { type ClientReadableStream, status } from "@grpc/grpc-js";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import type { Field } from "./arguments/field.js";
import { type BackoffOptions, createBackoff } from "./backoff.js";
import { isInterrupted, isQrLoginError, type QrLoginError } from "./error.js";
import type { InFlight } from "./in_flight.js";
import type { CallOptions } from "./rpc_client.js";
import { isTerminal } from "./terminal_state.js";
import type { Timing } from "./timing.js";
import { createWatchCall } from "./watch_call.js";

/** Options of a watch. */
export interface WatchOptions {
  /** Signal that ends the watch when it is aborted; the iteration then throws the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Yields unchanged statuses as well, as a heartbeat every 15 seconds. False by default. */
  readonly heartbeats?: boolean;
  /** Pauses between the attempts to reconnect. */
  readonly backoff?: BackoffOptions;
  /** Id of the request that causes the watch; see {@link CallOptions.requestId}. */
  readonly requestId?: string | undefined;
}

/** Fields of {@link WatchOptions}. */
export const watchOptionFields = {
  signal: { type: "AbortSignal" },
  heartbeats: { type: "boolean" },
  requestId: { type: "string" },
  backoff: { type: "object", fields: { initialMs: { type: "number" }, maxMs: { type: "number" } } },
} as const satisfies Record<keyof WatchOptions, Field>;

/** Dependencies of a watch. */
export interface WatchDependencies {
  /** Starts one WatchStatus call. */
  open(): ClientReadableStream<WatchStatusResponse>;
  readonly address: string;
  readonly inFlight: InFlight;
  readonly timing: Timing;
}

/** The abort reason of a reader that left the loop, which gets no error. */
const abandoned = Symbol("given up");

/**
 * Returns the statuses of a ticket up to a terminal one, over as many calls as necessary. Each iteration is a
 * separate watch.
 */
export function watch(dependencies: WatchDependencies, options: WatchOptions): AsyncIterable<TicketStatus> {
  return {
    [Symbol.asyncIterator]() {
      const stopController = new AbortController();
      const statuses = watchStatuses(dependencies, options, stopController);
      return {
        next: () => statuses.next(),
        // A generator that is waiting cannot return; the abort ends its wait.
        return() {
          stopController.abort(abandoned);
          return statuses.return(undefined);
        },
      };
    },
  };
}

async function* watchStatuses(
  { open, address, inFlight, timing }: WatchDependencies,
  { signal, heartbeats = false, backoff: backoffOptions = {}, requestId }: WatchOptions,
  stopController: AbortController,
): AsyncGenerator<TicketStatus, undefined> {
  const backoff = createBackoff(backoffOptions, timing.random);
  const stopSignal = stopController.signal;
  let lastFingerprint: Uint8Array | undefined;
  const removeFromInFlight = inFlight.add(signal, (reason) => stopController.abort(reason));
  try {
    for (;;) {
      stopSignal.throwIfAborted();
      const call = createWatchCall(open(), { address, requestId });
      const onStop = () => call.stop(stopSignal.reason);
      stopSignal.addEventListener("abort", onStop, { once: true });
      let retryAfterMs: number | undefined;
      let firstStatusAt: number | undefined;
      try {
        for (let current = await call.next(); current !== undefined; current = await call.next()) {
          firstStatusAt ??= timing.now();
          const isLast = isTerminal(current.state);
          if (isLast) {
            // Before the reader gets it: a reader that stops here must not leave an open watch behind.
            call.stop(abandoned);
            removeFromInFlight();
          }
          const fingerprint = fingerprintOf(current);
          if (
            heartbeats ||
            lastFingerprint === undefined ||
            Buffer.compare(fingerprint, lastFingerprint) !== 0
          ) {
            lastFingerprint = fingerprint;
            yield current;
          }
          if (isLast) return;
        }
      } catch (error) {
        if (!isRetryable(error)) throw error;
        retryAfterMs = error.retryAfterMs;
      } finally {
        stopSignal.removeEventListener("abort", onStop);
      }
      if (firstStatusAt !== undefined) backoff.succeeded(timing.now() - firstStatusAt);
      await sleep(backoff.nextDelay(retryAfterMs), stopSignal, timing);
    }
  } catch (error) {
    if (error === abandoned) return;
    throw error;
  } finally {
    removeFromInFlight();
  }
}

/** Returns the encoded status without the remaining durations, which differ in every message. */
function fingerprintOf(of: TicketStatus): Uint8Array {
  const qrCodeStep = of.qrCodeStep && { ...of.qrCodeStep, remainingDuration: undefined };
  return TicketStatus.encode({ ...of, qrCodeStep, remainingDuration: undefined }).finish();
}

/**
 * Reports whether to reconnect: the stream was cut off, which says nothing about the ticket, or the watch limit
 * is reached.
 */
function isRetryable(error: unknown): error is QrLoginError {
  if (!isQrLoginError(error)) return false;
  if (error.reason === "TOO_MANY_WATCHES") return true;
  if (error.code === status.UNAVAILABLE) return error.reason !== "OUTCOME_UNKNOWN";
  // The watch has neither cancelled the call nor set a deadline, so a proxy did.
  return isInterrupted(error);
}

function sleep(ms: number, signal: AbortSignal, timing: Timing): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = timing.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
