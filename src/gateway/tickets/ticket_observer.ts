import type { ImageObserver } from "../../qr/image_observer.js";
import type { SealedKind } from "./sealed_kind.js";

/**
 * Way in which a caller learns the status of a ticket: from a watch that it starts, from the watch of another caller,
 * or by a call of its own, because there are too many watches.
 */
export type WatchUse = "started" | "shared" | "not_watched";

/** Causes for which a handle, or another sealed text, is rejected. */
export const handleRejections = [
  // Not written by a gateway, or written for another purpose.
  "invalid",
  // Sealed with a key that this gateway does not have.
  "unknown_key",
  "expired",
  // Of an app that this gateway does not have.
  "unknown_app",
  // Bound to another browser.
  "other_browser",
  // Bound to a browser, and sent without a cookie.
  "no_cookie",
] as const;

export type HandleRejection = (typeof handleRejections)[number];

/** Reports of tickets and their images. */
export interface TicketObserver {
  /** Reports a caller that asks for the status of a ticket. */
  statusRequested(use: WatchUse): void;
  /** Reports the end of a watch at the service. */
  watchEnded(): void;
  handleRejected(kind: SealedKind, rejection: HandleRejection): void;
  /** Reports a request for a named image, and whether its drawing was cached. */
  imageRequested(isCached: boolean): void;
  /** Hears of each image that is drawn. */
  readonly images?: ImageObserver | undefined;
}

const ignore = () => {};

export const silentTicketObserver: TicketObserver = {
  statusRequested: ignore,
  watchEnded: ignore,
  handleRejected: ignore,
  imageRequested: ignore,
};
