import { createApi } from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import { detectLanguage, loadLanguage } from "./languages/load_language.js";
import type { Scanning, ScanOptions } from "./options.js";
import { createSession, type Session } from "./session.js";
import { createView, type MountedView } from "./view/create_view.js";

/** Interval of the check that the widget is still in the page, in milliseconds. */
const mountCheckIntervalMs = 1_000;

/** Running scans by container. A new scan replaces the previous one. */
const activeScans = new WeakMap<HTMLElement, Scanning>();

/**
 * Shows a QR code in the target (an element or its id) and signs in the user who scans and confirms it. Without
 * a target, the code appears in a modal dialog that Escape closes. On a phone, the user has to request the code.
 * Stops when the page removes the target.
 *
 * ```js
 * startScanning("qrcode", { onSuccess: (user, ticket) => {}, onError: (message) => {} });
 * ```
 *
 * `User` is what the site expects in `onSuccess`. Nothing checks it.
 *
 * @throws Error if no element has the id, or if `target` is null.
 */
export function startScanning<User = unknown>(
  target?: string | HTMLElement | null,
  options: ScanOptions<User> = {},
): Scanning {
  const isDialog = target === undefined;
  const container = isDialog ? document.body : resolveElement(target);
  // A page has one dialog. A second click may come before the first one's is there.
  activeScans.get(container)?.stop();
  // The page's element may have content or a shadow root, but the widget's own element is for the widget.
  const isOwn = container.localName === "qr-login";
  const host = isOwn ? container : container.appendChild(document.createElement("div"));

  let view: MountedView | undefined;
  let session: Session | undefined;
  let isStopped = false;
  let isRestartRequested = false;
  let mountTimer: ReturnType<typeof setInterval> | undefined;
  const scanning: Scanning = {
    stop() {
      if (isStopped) return;
      isStopped = true;
      clearInterval(mountTimer);
      if (activeScans.get(container) === scanning) activeScans.delete(container);
      session?.stop();
      view?.remove();
      if (!isOwn) host.remove();
    },
    restart() {
      if (session) session.restart();
      else isRestartRequested = true;
    },
  };
  // Hides the children of the element until there is a view.
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const language = options.language ?? detectLanguage(host);
  const begin = () => {
    if (isStopped) return;
    view = createView(root, { ...options, language }, isDialog, {
      restart: scanning.restart,
      imageLoaded: (isLoaded) => session?.imageLoaded(isLoaded),
      submitCheckCode: (checkCode) => session?.submitCheckCode(checkCode),
      close: scanning.stop,
    });
    session = createSession(createApi(options), options, view);
    if (isRestartRequested) session.restart();
  };
  const isReady = loadLanguage(language, options.gateway);
  if (isReady !== undefined) void isReady.then(begin);
  else begin();
  activeScans.set(container, scanning);
  // A page may create its element first and insert it later.
  let wasConnected = host.isConnected;
  mountTimer = setInterval(() => {
    if (wasConnected && !host.isConnected) scanning.stop();
    wasConnected ||= host.isConnected;
  }, mountCheckIntervalMs);
  invokeCallback(options.onStart, scanning);
  return scanning;
}

function resolveElement(target: string | HTMLElement | null): HTMLElement {
  if (target === null) throw new Error("target is null: no such element");
  if (typeof target !== "string") return target;
  const element = document.getElementById(target);
  if (!element) throw new Error(`no element has the id "${target}"`);
  return element;
}
