import type { CheckCodeRequest, ScannedBy } from "../../http_types.js";
import type { QrCode } from "../api_results.js";
import type { ScanCallbacks } from "./callbacks.js";

/** State of the widget as the user sees it. */
export type ViewState =
  | { readonly kind: "loading" | "phone" }
  | { readonly kind: "waiting"; readonly code: QrCode; readonly until: number }
  | { readonly kind: "scanned"; readonly scannedBy: ScannedBy; readonly until: number }
  | CheckCodeView
  | EndView;

/** Form for the check code. */
export interface CheckCodeView extends CheckCodeRequest {
  readonly kind: "checkCode";
  readonly scannedBy: ScannedBy;
  readonly until: number;
  /** True while a code is being checked. */
  readonly isSubmitting: boolean;
  /** Problem of the last attempt: the code was wrong, or it could not be checked. */
  readonly problem: "wrong" | "notChecked" | undefined;
}

/** State of the widget after the end of its last code. */
export type EndView =
  | { readonly kind: "succeeded"; readonly scannedBy: ScannedBy }
  | { readonly kind: "cancelled" | "checkCodeFailed" | "expired" }
  /** An error that the widget cannot mend, or that has lasted for long. `reason` is that of `onError`. */
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Call of a callback of the page. If the page stops or restarts the scan in it, the remaining effects are dropped,
 * except an outcome.
 */
type Callback = {
  readonly [Name in keyof ScanCallbacks]-?: readonly [Name, ...Parameters<NonNullable<ScanCallbacks[Name]>>];
}[keyof ScanCallbacks];

/** Name of an effect, and its arguments. */
export type Effect<Event = never> =
  | Callback
  | readonly ["show", ViewState]
  /** Shows the connection to the gateway as working or lost. */
  | readonly ["setOnline", boolean]
  /** Loads an image of the code, and then shows it in place of the one before. */
  | readonly ["loadImage", url: string]
  /** Covers an image that is no longer valid, until another one is loaded. */
  | readonly ["coverImage"]
  /** Withdraws the ticket with this handle, so that a later scan of its code fails. */
  | readonly ["withdraw", handle: string]
  /** Handles a further event. Always the last effect. */
  | readonly ["continue", Event];

/**
 * Returns true for a call that reports how the sign-in ended. It is performed even if the page stops or restarts the
 * scan in `onCodeDestroyed`, which precedes it. The user is signed in by then.
 */
export const isOutcome = ([name]: Effect<unknown>): boolean => name === "onSuccess" || name === "onCancel";
