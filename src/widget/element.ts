import type { Scanning, ScanOptions } from "./options.js";
import { startScanning } from "./start_scanning.js";

/** Returns the value of an attribute as a number, or undefined if it is none. */
function toNumber(value: string): number | undefined {
  const number = Number(value.trim() || Number.NaN);
  return Number.isNaN(number) ? undefined : number;
}

/** Attributes of `<qr-login>`, as JSX takes them. */
export interface QrLoginAttributes {
  readonly gateway?: string | undefined;
  readonly "app-id"?: string | undefined;
  readonly theme?: ScanOptions["theme"];
  readonly device?: ScanOptions["device"];
  readonly language?: string | undefined;
  /** Set by its presence, also if its value is empty. */
  readonly "auto-exchange-user-info"?: true | "" | undefined;
  readonly interval?: number | string | undefined;
  readonly renewals?: number | string | undefined;
  readonly "device-name"?: string | undefined;
}

/** Options that attributes set, with functions that read their values. */
const attributeOptions: Readonly<{ [Name in keyof ScanOptions]?: (value: string) => unknown }> = {
  gateway: String,
  appId: String,
  theme: String,
  device: String,
  language: String,
  autoExchangeUserInfo: () => true,
  interval: toNumber,
  renewals: toNumber,
  deviceName: String,
};

/** Converts the name of an option to that of its attribute, and `onCodeShow` to `on-code-show`. */
const toKebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

// HTMLElement is missing where a server renders the page. Importing this module must not fail there.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Custom element `<qr-login app-id="shop"></qr-login>`. It shows a code while it is in the page. The property
 * `options` sets what attributes cannot express. Children with a slot replace parts of the widget: see docs/widget.md.
 * Each callback is also dispatched as an event that bubbles: `onSuccess` as `qr-login-success`, with its arguments in
 * `detail`.
 */
export class QrLoginElement extends Base {
  static readonly observedAttributes = Object.keys(attributeOptions).map(toKebabCase);
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
      const scanning = startScanning(this, this.#optionsWithEvents());
      // A listener may have removed the element.
      if (this.isConnected) this.#scanning = scanning;
      else scanning.stop();
    });
  }

  /** Returns the options of this element, in which each callback also dispatches its event. */
  #optionsWithEvents(): ScanOptions {
    const fromAttributes = Object.entries(attributeOptions).map(([name, read]) => {
      const value = this.getAttribute(toKebabCase(name));
      return [name, value === null ? undefined : read(value)];
    });
    const options = { ...Object.fromEntries(fromAttributes), ...this.#options };
    return new Proxy(options, {
      get: (_, name: string) => {
        if (!/^on[A-Z]/.test(name)) return options[name];
        return (...detail: unknown[]) => {
          const event = `qr-login${toKebabCase(name).slice(2)}`;
          this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
          options[name]?.(...detail);
        };
      },
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "qr-login": QrLoginElement;
  }
}

/** Defines `<qr-login>`. Does nothing if it is already defined. */
export function defineElement(): void {
  const { customElements } = globalThis;
  if (customElements && !customElements.get("qr-login")) customElements.define("qr-login", QrLoginElement);
}
