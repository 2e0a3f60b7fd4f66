import type { GatewayPlace, ScannedBy, Status } from "./api.js";
import type { Texts } from "./texts.js";

/** Texts by the names that the hosted product's SDK gives them. */
export interface Tips {
  readonly title?: string;
  readonly scanned?: string;
  readonly succeed?: string;
  readonly canceled?: string;
  readonly expired?: string;
  readonly retry?: string;
  readonly failed?: string;
  /** Over the code. */
  readonly middleTitle?: string;
  /** Below the code. */
  readonly referText?: string;
}

/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a scan is asked for, shown and told of. All optional. */
export interface ScanOptions extends GatewayPlace {
  /** The following has begun; the answer of {@link startScanning} is told, for `stopPolling`. */
  readonly onStart?: (timer: Scanning) => void;
  /** Each status. */
  readonly onResult?: (status: Status) => void;
  /** Once for each code. Nickname and photo only. */
  readonly onScanned?: (user: ScannedBy) => void;
  /**
   * Once, then it ends. The ticket is the exchange ticket for the site's backend; null where the gateway has ended the sign-in,
   * and `user` is then what it answers. Else `user` has nickname and photo, with `autoExchangeUserInfo` everything.
   */
  readonly onSuccess?: (user: unknown, ticket: string | null) => void;
  /** Declined on the phone. */
  readonly onCancel?: () => void;
  /** The code has run out and was not renewed. */
  readonly onExpired?: () => void;
  readonly onError?: (message: string, reason: string) => void;
  /** A new code was asked for by the person. */
  readonly onRetry?: () => void;
  /** Never called: for pages that were written for the hosted product. */
  readonly onMfa?: (code: number, message: string, data: unknown) => void;
  readonly onCodeShow?: (random: string, url: string) => void;
  readonly onCodeLoaded?: (random: string, url: string) => void;
  readonly onCodeLoadFailed?: (message: string) => void;
  readonly onCodeDestroyed?: (random: string) => void;

  /** Asks the gateway for the user when it is approved. Needs the app's switch `exchangeFromBrowser`. */
  readonly autoExchangeUserInfo?: boolean;
  /** Pause between two polls where nothing is pushed, in milliseconds. 800 by default. */
  readonly interval?: number;
  /** Of the picture. 240 × 240 by default. */
  readonly size?: Size;
  /** Of the whole. As wide as its place, 300 at most, by default. */
  readonly containerSize?: Size;
  readonly tips?: Tips;
  /** All other texts. */
  readonly texts?: Partial<Texts>;
  /** Language of the texts (BCP 47); that of the page by default. */
  readonly language?: string;
  readonly theme?: "light" | "dark" | "auto";
  /** Put into the code, for the phone to show. At most 512 bytes as JSON. */
  readonly customData?: Readonly<Record<string, unknown>>;
  /** Accepted, and of no effect here. */
  readonly context?: unknown;
  readonly withCustomData?: boolean;
  readonly extIdpConnId?: string;
  /** What the phone is told of this device, such as "Till 3". */
  readonly deviceName?: string;
  /** How often a code that has run out is renewed before the person is asked. 3 by default. */
  readonly renewals?: number;
}

/** A scan that goes on. */
export interface Scanning {
  /** Ends it and empties its place. The ticket is given up. */
  stop(): void;
  /** Shows a new code. */
  restart(): void;
}
