import type { Device } from "./detect_phone.js";
import type { Texts } from "./languages/texts.js";
import type { ScanCallbacks, WatchCallbacks } from "./machine/callbacks.js";
import type { Tips } from "./view/texts.js";

/** Width and height, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Address and app of the calls to the gateway. */
export interface ApiOptions {
  /** Base URL of the gateway. Defaults to the page's own origin. */
  readonly gateway?: string | undefined;
  /** App that signs users in. Defaults to the first app in the gateway's configuration. */
  readonly appId?: string | undefined;
}

/** Options for watching one code. All are optional. */
export interface WatchOptions<User = unknown> extends ApiOptions, WatchCallbacks<User> {
  /** Never runs. Accepted for pages written for Authing. */
  readonly onMfa?: ((code: number, message: string, data: unknown) => void) | undefined;

  /** Fetches the user's information after approval. Requires the app's setting `exchangeFromBrowser`. */
  readonly autoExchangeUserInfo?: boolean | undefined;
  /**
   * Pause between two polls where streams do not work, in milliseconds. Defaults to 800; the minimum is 200.
   */
  readonly interval?: number | undefined;
}

/** Options of `startPolling`. All are optional. */
export interface PollOptions<User = unknown> extends WatchOptions<User> {
  /** Runs at the start. `timer` stops the polling, with its `stop()` or with `stopPolling`. */
  readonly onStart?: ((timer: Polling) => void) | undefined;
}

/** Options of `startScanning`. All are optional. */
export interface ScanOptions<User = unknown> extends WatchOptions<User>, ScanCallbacks<User> {
  /** Runs at the start. Receives the value that `startScanning` returns. */
  readonly onStart?: ((timer: Scanning) => void) | undefined;

  /** Size of the image. Defaults to 260 × 260. */
  readonly size?: Size | undefined;
  /**
   * Size of the whole widget; `height` is a minimum. Defaults to the width that the image needs, and at least 302.
   * Never wider than its container.
   */
  readonly containerSize?: Size | undefined;
  readonly tips?: Tips | undefined;
  /** Texts that replace the built-in ones, and those in `tips`. */
  readonly texts?: Partial<Texts> | undefined;
  /** Language of the texts (BCP 47). Defaults to the page's language. */
  readonly language?: string | undefined;
  readonly theme?: "light" | "dark" | "auto" | undefined;
  /**
   * Device that the page is on. Defaults to `"auto"`, which detects phones. A phone cannot scan its own screen, so
   * the widget shows no code there until the user requests one.
   */
  readonly device?: Device | undefined;
  /** Element to show on a phone in place of the widget's own text. The widget moves it into its own element. */
  readonly phoneContent?: HTMLElement | undefined;
  /**
   * Data in the code, for the phone to show. At most 512 bytes as ASCII JSON, where other characters are
   * written as `\uXXXX`.
   */
  readonly customData?: Readonly<Record<string, unknown>> | undefined;
  /** Without effect, like the two options below. Accepted for pages written for Authing. */
  readonly context?: unknown;
  readonly withCustomData?: boolean | undefined;
  readonly extIdpConnId?: string | undefined;
  /** Name of this device, such as "Till 3", that the phone shows. */
  readonly deviceName?: string | undefined;
  /**
   * Returns the code challenge that the site's backend created for this browser. Called for each new code.
   * Required if the site's backend exchanges the ticket: see docs/widget.md.
   */
  readonly codeChallenge?: (() => string | Promise<string>) | undefined;
  /** Number of expired codes that are renewed before the user has to ask for a new one. Defaults to 3. */
  readonly renewals?: number | undefined;
}

/** Running watch of one code. */
export interface Polling {
  /** Stops the watch. The call is idempotent. */
  stop(): void;
}

/** Running scan. */
export interface Scanning {
  /** Stops the scan, removes the widget from the page and withdraws the ticket. The call is idempotent. */
  stop(): void;
  /** Withdraws the current ticket and shows a new code, also on a phone. */
  restart(): void;
}

/** Returns the polling interval in milliseconds. The minimum protects the gateway from a mistaken option. */
export const intervalOf = ({ interval = 800 }: WatchOptions): number =>
  Math.max(200, Number.isFinite(interval) ? interval : 800);
