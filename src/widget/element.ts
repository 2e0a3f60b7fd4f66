import type { Scanning, ScanOptions } from "./options.js";
import { startScanning } from "./start_scanning.js";

/** Attributes that set options. */
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

/** Callbacks that are also dispatched as events, by event name. */
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

// HTMLElement is missing where a server renders the page. Importing this module must not fail there.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Custom element `<qr-login app-id="shop"></qr-login>`. It shows a code while it is in the page. The property
 * `options` sets what attributes cannot express. Each callback is also dispatched as an event that bubbles:
 * `onSuccess` as `qr-login-success`, with its arguments in `detail`.
 */
export class QrLoginElement extends Base {
  static readonly observedAttributes = attributeNames;
  #options: ScanOptions = {};
  #scanning: Scanning | undefined;
  #isRestartScheduled = false;

  /** Options that attributes cannot express, and callbacks. Setting them restarts the scan. */
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
    // An `options` property set before the element was defined hides the accessor of this class.
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

  /** Schedules one restart for all changes of the current task. */
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
      // A listener may have removed the element.
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

/** Defines `<qr-login>`. Does nothing if it is already defined. */
export function defineElement(): void {
  const { customElements } = globalThis;
  if (customElements && !customElements.get("qr-login")) customElements.define("qr-login", QrLoginElement);
}
