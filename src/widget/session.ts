import { type Api, GatewayError, type QrCode, type ScannedBy } from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import { retryDelay, scheduleRetry } from "./lifecycle.js";
import { intervalOf, type ScanOptions } from "./options.js";
import { requestCodeChallenge } from "./request_code_challenge.js";
import { type LoginResult, runLogin } from "./run_login.js";

/** What is to be seen. */
export type ViewState =
  | { readonly kind: "loading" }
  | { readonly kind: "waiting"; readonly code: QrCode; readonly until: number }
  | { readonly kind: "scanned"; readonly scannedBy: ScannedBy; readonly until: number }
  | { readonly kind: "succeeded"; readonly scannedBy: ScannedBy }
  | { readonly kind: "cancelled" | "expired" | "failed" };

/** Shows what the session says. */
export interface View {
  show(scene: ViewState): void;
  /** Whether the gateway is reached. */
  setOnline(reached: boolean): void;
  /** Asks for the picture of the code once more. */
  reloadImage(): void;
}

/** A sign-in: code after code until one of them is approved, or the person has had enough. */
export interface Session {
  /** A new code, for whatever reason the person wants one. */
  restart(): void;
  /** The picture of the code is there, or is not. */
  imageLoaded(loaded: boolean): void;
  stop(): void;
}

/** So often a picture is asked for before it is given up. */
const maxImageAttempts = 4;

/** Most failures in a row of the site's code challenge. */
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
  // The picture has failed, and is to be asked for again.
  let isImageMissing = false;
  let cancelImageReload = () => {};
  let stopCurrent = () => {};
  // What belongs to an earlier code is not wanted any more.
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
    // A tab that was opened behind another may never be looked at.
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

  /** Counts the failures of the site's code challenge; those without a network do not count. */
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

  /** Lets go of the present code. False where the page has stopped or begun anew when it was told. */
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

  /** Whoever scans it from now on is told so. It expires by itself where this does not arrive. */
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
      const error = new GatewayError("IMAGE_FAILED", "the picture of the code cannot be loaded");
      invokeCallback(options.onCodeLoadFailed, error.message);
      if (ownGeneration !== generation) return;
      isImageMissing = true;
      // Without a network there is no picture either: that is not counted.
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

/** Does nothing while the page is hidden. */
function whenVisible(callback: () => unknown): () => void {
  return () => void (document.hidden || callback());
}
