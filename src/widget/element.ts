import type { ScanOptions, Scanning } from "./options.js";
import { startScanning } from "./start_scanning.js";

/** Options that attributes can say. */
const attributes = ["gateway", "app-id", "theme", "language", "auto-exchange-user-info", "renewals", "device-name"];

/**
 * `<qr-login app-id="shop"></qr-login>`: a scan that lives as long as the element is in the page. `options` has what
 * attributes cannot say. Events: `qr-login-result`, `-scanned`, `-success`, `-cancel`, `-expired`, `-error`, `-retry`, with
 * the arguments of the callback in `detail`. They bubble.
 */
export class QrLoginElement extends HTMLElement {
  static readonly observedAttributes = attributes;
  #options: ScanOptions = {};
  #scanning: Scanning | undefined;

  /** What attributes cannot say; callbacks too. Setting it starts anew. */
  get options(): ScanOptions {
    return this.#options;
  }
  set options(options: ScanOptions) {
    this.#options = options;
    this.#begin();
  }

  connectedCallback(): void {
    this.#begin();
  }

  disconnectedCallback(): void {
    this.#scanning?.stop();
    this.#scanning = undefined;
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (this.#scanning && before !== now) this.#begin();
  }

  #begin(): void {
    this.#scanning?.stop();
    this.#scanning = undefined;
    if (this.isConnected) this.#scanning = startScanning(this, { ...this.#said(), ...this.#options, ...this.#events() });
  }

  #said(): ScanOptions {
    const said = (name: string) => this.getAttribute(name) ?? undefined;
    const theme = said("theme");
    const renewals = said("renewals");
    return {
      gateway: said("gateway"),
      appId: said("app-id"),
      ...(theme === "light" || theme === "dark" ? { theme } : {}),
      ...(said("language") !== undefined && { language: said("language") ?? "" }),
      ...(said("device-name") !== undefined && { deviceName: said("device-name") ?? "" }),
      ...(renewals !== undefined && { renewals: Number(renewals) }),
      autoExchangeUserInfo: this.hasAttribute("auto-exchange-user-info"),
    };
  }

  /** Each callback becomes an event as well. */
  #events(): ScanOptions {
    const tell =
      <A extends unknown[]>(name: string, callback: ((...args: A) => void) | undefined) =>
      (...args: A) => {
        callback?.(...args);
        this.dispatchEvent(new CustomEvent(`qr-login-${name}`, { detail: args, bubbles: true, composed: true }));
      };
    const { onResult, onScanned, onSuccess, onCancel, onExpired, onError, onRetry } = this.#options;
    return {
      onResult: tell("result", onResult),
      onScanned: tell("scanned", onScanned),
      onSuccess: tell("success", onSuccess),
      onCancel: tell("cancel", onCancel),
      onExpired: tell("expired", onExpired),
      onError: tell("error", onError),
      onRetry: tell("retry", onRetry),
    };
  }
}

/** Makes `<qr-login>` known to the page. A second call changes nothing. */
export function defineElement(): void {
  if (!customElements.get("qr-login")) customElements.define("qr-login", QrLoginElement);
}
