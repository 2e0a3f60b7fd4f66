import type { CheckCodeRequest, ScannedBy } from "../../http_types.js";
import type { PageStatus } from "../api_results.js";

/**
 * Callback for a signed-in user. A method's parameters are compared in both directions, so a callback that expects a
 * certain user also fits where the user is unknown.
 */
type SuccessCallback<User> = { call(user: User, ticket: string | null): void }["call"];

/** Callbacks of the page about one code. `User` is what the site expects in `onSuccess`; nothing checks it. */
export interface WatchCallbacks<User = unknown> {
  /** Receives each new status. */
  readonly onResult?: ((status: PageStatus) => void) | undefined;
  /**
   * Runs when the code changes, before its image is replaced. A page that shows the code itself must show `url` from
   * now on: the one before is accepted for a few seconds more.
   */
  readonly onCodeChange?: ((random: string, url: string) => void) | undefined;
  /** Runs once per code. Receives only the scanner's nickname and photo. */
  readonly onScanned?: ((user: ScannedBy) => void) | undefined;
  /**
   * Runs when the user has approved and the phone shows a check code, and again after each wrong one. A page that shows
   * the code itself must ask for the check code, and pass it to `submitCheckCode`.
   */
  readonly onCheckCode?: ((checkCode: CheckCodeRequest) => void) | undefined;
  /**
   * Runs once, at the end of a successful scan. `ticket` is the exchange ticket for the site's backend, and
   * `user` has nickname and photo. With `autoExchangeUserInfo`, `user` holds the user's information and
   * `tokenSet`. If the gateway completes the sign-in itself, `ticket` is null and `user` is the result of the
   * site's `onSignIn`.
   */
  readonly onSuccess?: SuccessCallback<User> | undefined;
  /** Runs when the user declines on the phone. */
  readonly onCancel?: (() => void) | undefined;
  /** Runs when the code has expired and is not renewed. */
  readonly onExpired?: (() => void) | undefined;
  /**
   * Runs when the scan ends with an error, or when no code has arrived for ten seconds. `reason` comes from the
   * gateway or the widget: see docs/widget.md.
   */
  readonly onError?: ((message: string, reason: string) => void) | undefined;
}

/** Callbacks of the page about a scan with one code after another. `random` is the handle of a code. */
export interface ScanCallbacks<User = unknown> extends WatchCallbacks<User> {
  /** Runs when the user or `restart()` requests a code. */
  readonly onRetry?: (() => void) | undefined;
  /** Runs when there is a new code. */
  readonly onCodeShow?: ((random: string, url: string) => void) | undefined;
  /** Runs when the image of the code has loaded. */
  readonly onCodeLoaded?: ((random: string, url: string) => void) | undefined;
  /**
   * Runs when the code or its image cannot be loaded. Transient errors are retried; after any other error,
   * `onError` follows.
   */
  readonly onCodeLoadFailed?: ((message: string) => void) | undefined;
  /** Runs when the code is no longer in use. */
  readonly onCodeDestroyed?: ((random: string) => void) | undefined;
}
