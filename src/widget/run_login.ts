import type { ScannedBy, StatusResponse } from "../http_types.js";
import type { Api, GatewayError } from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import { retryDelay, scheduleRetry } from "./lifecycle.js";
import type { WatchOptions } from "./options.js";
import { startStatusWatcher } from "./status_watcher.js";

/** Outcome of one code. */
export type LoginResult =
  | { readonly kind: "succeeded"; readonly scannedBy: ScannedBy }
  | { readonly kind: "cancelled" | "expired" }
  /** Ticket that the service no longer has, for instance after a restart, or that this browser may not access. */
  | { readonly kind: "gone"; readonly error: GatewayError }
  | { readonly kind: "failed"; readonly error: GatewayError };

/**
 * Receives the progress of one code. Each method runs before the page's callback for the same event, which may
 * stop or restart the scan.
 */
export interface LoginListener {
  onScanned(scannedBy: ScannedBy, until: number): void;
  /** Runs after the approval, before the request that completes the sign-in. */
  onCompleting(): void;
  onOnlineChange(isOnline: boolean): void;
  onEnd(result: LoginResult): void;
}

/** Limit of attempts to complete a sign-in. The gateway can repeat its result for five seconds. */
const maxAttempts = 5;

const unknownUser: ScannedBy = { nickname: "", photoUrl: "" };

/**
 * Watches one code until its end. Calls the page's `onResult`, `onScanned`, `onSuccess` and `onCancel`; the
 * listener reports everything else. Returns a function that stops it.
 */
export function runLogin(
  api: Api,
  handle: string,
  pollIntervalMs: number,
  options: WatchOptions,
  listener: LoginListener,
): () => void {
  let stopped = false;
  let scanned = false;
  let cancelRetry = () => {};

  function handleStatus(status: StatusResponse): void {
    invokeCallback(options.onResult, status);
    if (stopped) return;
    switch (status.state) {
      case "SCANNED":
        reportScan(status);
        break;
      case "AUTHORIZED":
        reportScan(status);
        stopWatching();
        void completeLogin(status);
        break;
      case "CANCELLED":
        // If the site withdrew the ticket, no user declined it.
        if (status.cancelReason === "WITHDRAWN_BY_CREATOR") end({ kind: "expired" });
        else {
          end({ kind: "cancelled" });
          invokeCallback(options.onCancel);
        }
        break;
      case "EXPIRED":
      case "EXCHANGED":
        end({ kind: "expired" });
        break;
    }
  }

  function reportScan({ scannedBy, remainingMs }: StatusResponse): void {
    if (scanned) return;
    scanned = true;
    const scanner = scannedBy ?? unknownUser;
    listener.onScanned(scanner, Date.now() + remainingMs);
    invokeCallback(options.onScanned, scanner);
  }

  async function completeLogin({ exchangeTicket, scannedBy }: StatusResponse): Promise<void> {
    const scanner = scannedBy ?? unknownUser;
    for (let attempt = 1; !stopped; attempt++) {
      try {
        const user = await requestUser(scanner, exchangeTicket);
        if (stopped) return;
        end({ kind: "succeeded", scannedBy: scanner });
        return invokeCallback(options.onSuccess, user, exchangeTicket);
      } catch (error) {
        if (stopped) return;
        const gatewayError = error as GatewayError;
        if (!gatewayError.isTransient || attempt >= maxAttempts)
          return end({ kind: "failed", error: gatewayError });
        listener.onOnlineChange(gatewayError.reason !== "OFFLINE");
        // Retries even in a hidden page, since the gateway can repeat its result for a few seconds only.
        await new Promise((resolve) => {
          cancelRetry = scheduleRetry(Math.max(retryDelay(attempt - 1), gatewayError.retryAfterMs ?? 0), () =>
            resolve(undefined),
          );
        });
        cancelRetry();
      }
    }
  }

  async function requestUser(scanner: ScannedBy, exchangeTicket: string | null): Promise<unknown> {
    const { autoExchangeUserInfo = false } = options;
    if (exchangeTicket !== null && !autoExchangeUserInfo) return scanner;
    listener.onCompleting();
    if (!autoExchangeUserInfo) return api.complete(handle);
    const { user, tokenSet } = await api.exchange(handle);
    return { ...user, tokenSet };
  }

  function end(result: LoginResult): void {
    stop();
    listener.onEnd(result);
  }

  function stop(): void {
    stopped = true;
    cancelRetry();
    stopWatching();
  }

  const stopWatching = startStatusWatcher(api, handle, pollIntervalMs, {
    onStatus: handleStatus,
    onFatalError: (error) => end({ kind: error.reason === "TICKET_NOT_FOUND" ? "gone" : "failed", error }),
    onOnlineChange: listener.onOnlineChange,
  });
  return stop;
}
