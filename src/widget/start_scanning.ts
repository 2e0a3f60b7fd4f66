import { createApi } from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import type { Scanning, ScanOptions } from "./options.js";
import { createSession, type Session } from "./session.js";
import { createView } from "./view/create_view.js";

/** How often is looked whether the page still has the place. */
const mountCheckIntervalMs = 1_000;

/** What goes on in a place: a new scan takes the place of an old one. */
const activeScans = new WeakMap<HTMLElement, Scanning>();

/**
 * Shows a QR code in the element and signs in whoever scans it and agrees. Without a place it is shown in the middle of
 * the page, in a dialogue that Escape closes. It stops by itself where the page drops the element.
 *
 * ```js
 * startScanning("qrcode", { onSuccess: (user, ticket) => {}, onError: (message) => {} });
 * ```
 *
 * @throws Error when there is no element of this id, or the element is null.
 */
export function startScanning(target?: string | HTMLElement | null, options: ScanOptions = {}): Scanning {
  const isDialog = target === undefined;
  const container = resolveElement(target) ?? document.body;
  if (!isDialog) activeScans.get(container)?.stop();
  // An element of ours, since the page's may have a shadow or content of its own.
  const host = document.createElement("div");
  container.append(host);

  let session: Session | undefined;
  let mountTimer: ReturnType<typeof setInterval> | undefined;
  const scanning: Scanning = {
    stop() {
      if (!session) return;
      const endingSession = session;
      session = undefined;
      clearInterval(mountTimer);
      if (activeScans.get(container) === scanning) activeScans.delete(container);
      endingSession.stop();
      view.remove();
    },
    restart: () => session?.restart(),
  };
  const view = createView(host, options, isDialog, {
    restart: scanning.restart,
    imageLoaded: (isLoaded) => session?.imageLoaded(isLoaded),
    close: scanning.stop,
  });
  session = createSession(createApi(options), options, view);
  if (!isDialog) activeScans.set(container, scanning);
  // A page may make its element first and put it in place later.
  let wasConnected = host.isConnected;
  mountTimer = setInterval(() => {
    if (wasConnected && !host.isConnected) scanning.stop();
    wasConnected ||= host.isConnected;
  }, mountCheckIntervalMs);
  invokeCallback(options.onStart, scanning);
  return scanning;
}

function resolveElement(target: string | HTMLElement | null | undefined): HTMLElement | undefined {
  if (target === undefined) return undefined;
  if (target === null) throw new Error("the element is null");
  if (typeof target !== "string") return target;
  const element = document.getElementById(target);
  if (!element) throw new Error(`there is no element with the id "${target}"`);
  return element;
}
