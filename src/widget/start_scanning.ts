import { createApi } from "./api.js";
import type { Scanning, ScanOptions } from "./options.js";
import { createSession, type Session } from "./session.js";
import { createView } from "./view.js";

/**
 * Shows a QR code in the element and signs in whoever scans it and agrees. Without an element it is shown in the middle of
 * the page, in a dialogue that Escape closes.
 *
 * ```js
 * startScanning("qrcode", { onSuccess: (user, ticket) => {}, onError: (message) => {} });
 * ```
 *
 * @throws Error when there is no element of this id.
 */
export function startScanning(place?: string | HTMLElement | null, options: ScanOptions = {}): Scanning {
  const { host, remove } = placeOf(place);
  let session: Session | undefined;
  const view = createView(host, options, {
    again: () => session?.again(),
    pictured: (loaded) => session?.pictured(loaded),
  });
  const scanning: Scanning = {
    stop() {
      session?.stop();
      session = undefined;
      view.remove();
      remove();
    },
    restart: () => session?.again(),
  };
  session = createSession(createApi(options), options, view);
  options.onStart?.(scanning);
  return scanning;
}

function placeOf(place: string | HTMLElement | null | undefined): { host: HTMLElement; remove: () => void } {
  if (place instanceof HTMLElement) return hostIn(place);
  if (place) {
    const found = document.getElementById(place);
    if (!found) throw new Error(`there is no element with the id ${place}`);
    return hostIn(found);
  }
  const dialog = document.createElement("dialog");
  dialog.style.cssText = "border:0;padding:0;background:none";
  const { host } = hostIn(dialog);
  document.body.append(dialog);
  dialog.showModal();
  return { host, remove: () => dialog.remove() };
}

/** An element of ours in the element of the page, which may have a shadow or content of its own. */
function hostIn(place: HTMLElement): { host: HTMLElement; remove: () => void } {
  const host = document.createElement("div");
  place.append(host);
  return { host, remove: () => host.remove() };
}
