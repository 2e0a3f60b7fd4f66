import type { ScannedBy } from "../http_types.js";
import { type Api, GatewayError, type QrCode } from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import { retryDelay, scheduleRetry } from "./lifecycle.js";
import { intervalOf, type ScanOptions } from "./options.js";
import { requestCodeChallenge } from "./request_code_challenge.js";
import { type LoginResult, runLogin } from "./run_login.js";

/** State of the widget as the user sees it. */
export type ViewState =
  | { readonly kind: "loading" }
  | { readonly kind: "waiting"; readonly code: QrCode; readonly until: number }
  | { readonly kind: "scanned"; readonly scannedBy: ScannedBy; readonly until: number }
  | { readonly kind: "succeeded"; readonly scannedBy: ScannedBy }
  | { readonly kind: "cancelled" | "expired" | "failed" };

/** Display of a session. */
export interface View {
  show(viewState: ViewState): void;
  /** Shows the connection to the gateway as working or lost. */
  setOnline(isOnline: boolean): void;
  /** Loads the image of the code again. */
  reloadImage(): void;
}

/** Sign-in that shows one code after another until a login ends it or its renewals are used up. */
export interface Session {
  /** Requests a new code. */
  restart(): void;
  /** Reports that the image of the code has loaded, or has failed to. */
  imageLoaded(isLoaded: boolean): void;
  stop(): void;
}

/** Limit of attempts to load an image. */
const maxImageAttempts = 4;

/** Limit of consecutive failures of the page's `codeChallenge` function. */
const maxChallengeFailures = 4;

export function createSession(api: Api, options: ScanOptions, view: View): Session {
  const { renewals = 3, customData, deviceName } = options;
  let renewalsLeft = renewals;
  let code: QrCode | undefined;
  let viewState: ViewState = { kind: "loading" };
  let failures = 0;
  let challengeFailures = 0;
  let imageAttempts = 0;
  let online = true;
  // Set while the image has failed and waits for its next attempt.
  let isImageMissing = false;
  let cancelImageReload = () => {};
  let stopCurrent = () => {};
  // Changes with each code. Results that belong to an earlier code are ignored.
  let generation = 0;

  function show(nextState: ViewState): void {
    viewState = nextState;
    view.show(nextState);
  }

  function setOnline(isOnline: boolean): void {
    const isBackOnline = isOnline && !online;
    online = isOnline;
    view.setOnline(isOnline);
    if (!isBackOnline || !isImageMissing) return;
    imageAttempts = 0;
    reloadImage();
  }

  function reloadImage(): void {
    cancelImageReload();
    isImageMissing = false;
    view.reloadImage();
  }

  async function requestCode(): Promise<void> {
    if (!releaseCode()) return;
    const ownGeneration = generation;
    show({ kind: "loading" });
    // A tab opened in the background may never be viewed, so it requests no code until it is shown.
    if (document.hidden) {
      stopCurrent = scheduleRetry(0, whenVisible(requestCode));
      return;
    }
    try {
      const codeChallenge = await requestCodeChallenge(options);
      if (ownGeneration !== generation) return;
      challengeFailures = 0;
      const created = await api.create({ customData, deviceName, codeChallenge });
      if (ownGeneration !== generation) return withdraw(created);
      showCode(created);
    } catch (error) {
      if (ownGeneration !== generation) return;
      const gatewayError = error as GatewayError;
      setOnline(gatewayError.reason !== "OFFLINE");
      invokeCallback(options.onCodeLoadFailed, gatewayError.message);
      if (ownGeneration !== generation) return;
      if (!gatewayError.isTransient && !shouldRetryChallenge(gatewayError)) return fail(gatewayError);
      stopCurrent = scheduleRetry(
        Math.max(retryDelay(failures++), gatewayError.retryAfterMs ?? 0),
        whenVisible(requestCode),
      );
    }
  }

  /**
   * Counts a failure of the page's `codeChallenge` function, unless the network is down. Returns true while it
   * may be retried.
   */
  function shouldRetryChallenge({ reason }: GatewayError): boolean {
    if (reason !== "CODE_CHALLENGE_FAILED") return false;
    if (navigator.onLine) challengeFailures++;
    return challengeFailures < maxChallengeFailures;
  }

  function showCode(created: QrCode): void {
    code = created;
    failures = 0;
    imageAttempts = 0;
    setOnline(true);
    show({ kind: "waiting", code: created, until: Date.now() + created.remainingMs });
    const intervalMs = Math.max(intervalOf(options), created.minPollIntervalMs);
    stopCurrent = runLogin(api, created.handle, intervalMs, options, {
      onScanned: (scannedBy, until) => show({ kind: "scanned", scannedBy, until }),
      onCompleting: () => show({ kind: "loading" }),
      onOnlineChange: setOnline,
      onEnd: handleResult,
    });
    invokeCallback(options.onCodeShow, created.handle, created.url);
  }

  /**
   * Releases the current code. Returns false if the page stopped or restarted the session in `onCodeDestroyed`.
   */
  function releaseCode(): boolean {
    const ownGeneration = ++generation;
    stopCurrent();
    stopCurrent = () => {};
    cancelImageReload();
    isImageMissing = false;
    const { handle } = code ?? {};
    code = undefined;
    if (handle !== undefined) invokeCallback(options.onCodeDestroyed, handle);
    return ownGeneration === generation;
  }

  function handleResult(result: LoginResult): void {
    if (!releaseCode()) return;
    setOnline(true);
    if (result.kind === "succeeded" || result.kind === "cancelled") show(result);
    else if (result.kind === "failed") fail(result.error);
    else if (renewalsLeft-- > 0) void requestCode();
    else if (result.kind === "gone") fail(result.error);
    else {
      show({ kind: "expired" });
      invokeCallback(options.onExpired);
    }
  }

  function fail({ message, reason }: GatewayError): void {
    setOnline(true);
    show({ kind: "failed" });
    invokeCallback(options.onError, message, reason);
  }

  /**
   * Withdraws a ticket, so that a later scan of its code fails. Ignores errors, since the ticket expires by
   * itself.
   */
  function withdraw(unwantedCode: QrCode | undefined): void {
    if (unwantedCode) api.withdraw(unwantedCode.handle).catch(() => {});
  }

  void requestCode();
  return {
    restart() {
      withdraw(code);
      renewalsLeft = renewals;
      challengeFailures = 0;
      void requestCode();
      invokeCallback(options.onRetry);
    },
    imageLoaded(isLoaded) {
      if (!code || viewState.kind !== "waiting") return;
      const ownGeneration = generation;
      if (isLoaded) return invokeCallback(options.onCodeLoaded, code.handle, code.url);
      const error = new GatewayError("IMAGE_FAILED", "the image of the QR code cannot be loaded");
      invokeCallback(options.onCodeLoadFailed, error.message);
      if (ownGeneration !== generation) return;
      isImageMissing = true;
      // An image that fails without a network does not count as an attempt.
      if (online && !document.hidden) imageAttempts++;
      if (imageAttempts < maxImageAttempts) {
        cancelImageReload();
        cancelImageReload = scheduleRetry(
          retryDelay(online ? imageAttempts : maxImageAttempts),
          whenVisible(reloadImage),
        );
        return;
      }
      withdraw(code);
      if (releaseCode()) fail(error);
    },
    stop() {
      withdraw(code);
      releaseCode();
    },
  };
}

/** Returns a function that calls `callback` only while the page is visible. */
function whenVisible(callback: () => unknown): () => void {
  return () => void (document.hidden || callback());
}
