import type { ApiOptions, ScannedBy, StatusResponse } from "./api.js";
import type { Texts, Tips } from "./view/texts.js";

/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How one code is followed, and what the page is told of it. All optional. */
export interface WatchOptions extends ApiOptions {
  /** Each new status. */
  readonly onResult?: ((status: StatusResponse) => void) | undefined;
  /** Once for each code. Nickname and photo only. */
  readonly onScanned?: ((user: ScannedBy) => void) | undefined;
  /**
   * Called once; then the scan is over. `ticket` is the exchange ticket for the site's backend, and `user` has nickname and
   * photo. With `autoExchangeUserInfo`, `user` is the user's information and `tokenSet`. Where the gateway completes the sign-in
   * itself, `ticket` is null and `user` is what the site's `onSignIn` answers.
   */
  readonly onSuccess?: ((user: unknown, ticket: string | null) => void) | undefined;
  /** Declined on the phone. */
  readonly onCancel?: (() => void) | undefined;
  /** The code has run out, and is not renewed. */
  readonly onExpired?: (() => void) | undefined;
  /** It has ended without a sign-in. The reason is the gateway's, or one of `docs/widget.md`. */
  readonly onError?: ((message: string, reason: string) => void) | undefined;
  /** Never called: for pages that were written for Authing. */
  readonly onMfa?: ((code: number, message: string, data: unknown) => void) | undefined;

  /** Asks the gateway for the user when it is approved. Needs the app's switch `exchangeFromBrowser`. */
  readonly autoExchangeUserInfo?: boolean | undefined;
  /** Pause between two polls where nothing is pushed, in milliseconds. 800 by default, 200 at least. */
  readonly interval?: number | undefined;
}

/** For `startPolling`. All optional. */
export interface PollOptions extends WatchOptions {
  /** The following begins. What is told stops it, by its `stop()` or by `stopPolling`. */
  readonly onStart?: ((timer: Polling) => void) | undefined;
}

/** How a scan is asked for, shown and told of. All optional. `random` is the code's handle, for `checkStatus`. */
export interface ScanOptions extends WatchOptions {
  /** It begins. What is told is what `startScanning` answers. */
  readonly onStart?: ((timer: Scanning) => void) | undefined;
  /** A new code was asked for, by the person or by `restart()`. */
  readonly onRetry?: (() => void) | undefined;
  /** There is a new code. */
  readonly onCodeShow?: ((random: string, url: string) => void) | undefined;
  /** Its picture is to be seen. */
  readonly onCodeLoaded?: ((random: string, url: string) => void) | undefined;
  /** No code, or no picture of it, could be had this time. Where that may pass it is tried again; else `onError` follows. */
  readonly onCodeLoadFailed?: ((message: string) => void) | undefined;
  /** The code is of no use any more. */
  readonly onCodeDestroyed?: ((random: string) => void) | undefined;

  /** Of the picture. 240 × 240 by default. */
  readonly size?: Size | undefined;
  /** Of the whole; the height is the least. 300 wide by default, and never wider than its place. */
  readonly containerSize?: Size | undefined;
  readonly tips?: Tips | undefined;
  /** All other texts. */
  readonly texts?: Partial<Texts> | undefined;
  /** Language of the texts (BCP 47); that of the page by default. */
  readonly language?: string | undefined;
  readonly theme?: "light" | "dark" | "auto" | undefined;
  /** Put into the code, for the phone to show. At most 512 bytes as JSON in ASCII, where other characters are `\uXXXX`. */
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  /** Accepted, and of no effect here. */
  readonly context?: unknown;
  readonly withCustomData?: boolean | undefined;
  readonly extIdpConnId?: string | undefined;
  /** What the phone is told of this device, such as "Till 3". */
  readonly deviceName?: string | undefined;
  /**
   * Resolves with the code challenge that the site's backend has made for this browser; called for each new code. Needed where
   * the site's backend exchanges: see docs/widget.md.
   */
  readonly codeChallenge?: (() => string | Promise<string>) | undefined;
  /** How often a code that has run out is renewed before the person is asked. 3 by default. */
  readonly renewals?: number | undefined;
}

/** The following of one code. */
export interface Polling {
  /** Ends it. Again, it does nothing. */
  stop(): void;
}

/** A scan that goes on. */
export interface Scanning {
  /** Ends it, and takes away what is shown. The ticket is given up. Again, it does nothing. */
  stop(): void;
  /** Shows a new code; the present one is given up. */
  restart(): void;
}

/** Never so short that a gateway is flooded by a slip. */
export const intervalOf = ({ interval = 800 }: WatchOptions): number =>
  Math.max(200, Number.isFinite(interval) ? interval : 800);
