import type { Scanning, ScanOptions } from "./options.js";
import { startScanning } from "./start_scanning.js";

/** Options that attributes can say. */
const attributeNames = [
  "gateway",
  "app-id",
  "theme",
  "language",
  "auto-exchange-user-info",
  "interval",
  "renewals",
  "device-name",
];

/** Callbacks that are events too, by the names of the events. */
const callbackByEvent = {
  start: "onStart",
  result: "onResult",
  scanned: "onScanned",
  success: "onSuccess",
  cancel: "onCancel",
  expired: "onExpired",
  error: "onError",
  retry: "onRetry",
  "code-show": "onCodeShow",
  "code-loaded": "onCodeLoaded",
  "code-load-failed": "onCodeLoadFailed",
  "code-destroyed": "onCodeDestroyed",
} as const;

// There is none where a server renders the page, and importing this must not fail there.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * `<qr-login app-id="shop"></qr-login>`: a scan that lives as long as the element is in the page. `options` has what
 * attributes cannot say. Each callback is an event as well, `qr-login-success` for `onSuccess`, with its arguments in `detail`.
 * They bubble.
 */
export class QrLoginElement extends Base {
  static readonly observedAttributes = attributeNames;
  #options: ScanOptions = {};
  #scanning: Scanning | undefined;
  #isRestartScheduled = false;

  /** What attributes cannot say; callbacks too. Setting it starts anew. */
  get options(): ScanOptions {
    return this.#options;
  }
  set options(options: ScanOptions) {
    this.#options = options;
    this.#scheduleRestart();
  }

  /** Shows a new code. */
  restart(): void {
    this.#scanning?.restart();
  }

  connectedCallback(): void {
    // Set before this class was known, it hides our own.
    if (Object.hasOwn(this, "options")) {
      const { options } = this;
      Reflect.deleteProperty(this, "options");
      this.#options = options;
    }
    this.#scheduleRestart();
  }

  disconnectedCallback(): void {
    this.#scanning?.stop();
    this.#scanning = undefined;
  }

  attributeChangedCallback(_name: string, oldValue: string | null, newValue: string | null): void {
    if (this.#scanning && oldValue !== newValue) this.#scheduleRestart();
  }

  /** Once, however much is set at a time. */
  #scheduleRestart(): void {
    if (this.#isRestartScheduled) return;
    this.#isRestartScheduled = true;
    queueMicrotask(() => {
      this.#isRestartScheduled = false;
      this.#scanning?.stop();
      this.#scanning = undefined;
      if (!this.isConnected) return;
      const scanning = startScanning(this, {
        ...this.#attributeOptions(),
        ...this.#options,
        ...this.#eventCallbacks(),
      });
      // A listener may have taken the element away.
      if (this.isConnected) this.#scanning = scanning;
      else scanning.stop();
    });
  }

  #attributeOptions(): ScanOptions {
    const attribute = (name: string) => this.getAttribute(name) ?? undefined;
    const numberAttribute = (name: string) => {
      const number = Number(attribute(name)?.trim() || Number.NaN);
      return Number.isNaN(number) ? undefined : number;
    };
    const theme = attribute("theme");
    return {
      gateway: attribute("gateway"),
      appId: attribute("app-id"),
      theme: theme === "light" || theme === "dark" ? theme : undefined,
      language: attribute("language"),
      deviceName: attribute("device-name"),
      interval: numberAttribute("interval"),
      renewals: numberAttribute("renewals"),
      autoExchangeUserInfo: this.hasAttribute("auto-exchange-user-info"),
    };
  }

  #eventCallbacks(): ScanOptions {
    const options: Record<string, unknown> = { ...this.#options };
    const callbacks = Object.entries(callbackByEvent).map(([event, name]) => {
      const callback = options[name] as ((...detail: unknown[]) => void) | undefined;
      const dispatchAndCall = (...detail: unknown[]) => {
        this.dispatchEvent(new CustomEvent(`qr-login-${event}`, { detail, bubbles: true, composed: true }));
        callback?.(...detail);
      };
      return [name, dispatchAndCall];
    });
    return Object.fromEntries(callbacks);
  }
}

/** Makes `<qr-login>` known to the page. A second call changes nothing. */
export function defineElement(): void {
  const { customElements } = globalThis;
  if (customElements && !customElements.get("qr-login")) customElements.define("qr-login", QrLoginElement);
}
