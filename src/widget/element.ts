import { eventNames } from "./events.js";
import type { Scanning, ScanOptions } from "./options.js";
import { startScanning } from "./start_scanning.js";

/** Returns the value of an attribute as a number, or undefined if it is none. */
const toNumber = (value: string): number | undefined => {
  const number = Number(value.trim() || Number.NaN);
  return Number.isNaN(number) ? undefined : number;
};

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

/** Attributes that set options, by name, with functions that read their values. */
const attributes: Readonly<Record<keyof QrLoginAttributes, (value: string) => unknown>> = {
  gateway: String,
  "app-id": String,
  theme: String,
  device: String,
  language: String,
  "auto-exchange-user-info": () => true,
  interval: toNumber,
  renewals: toNumber,
  "device-name": String,
};

/** Converts the name of an attribute or event to that of its option. */
const toCamelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

// HTMLElement is missing where a server renders the page. Importing this module must not fail there.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Custom element `<qr-login app-id="shop"></qr-login>`. It shows a code while it is in the page. The property
 * `options` sets what attributes cannot express. A child with `slot="phone"` replaces its text on a phone. Each
 * callback is also dispatched as an event that bubbles: `onSuccess` as `qr-login-success`, with its arguments in
 * `detail`.
 */
export class QrLoginElement extends Base {
  static readonly observedAttributes = Object.keys(attributes);
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
    const options = Object.entries(attributes).map(([name, read]) => {
      const value = this.getAttribute(name);
      return [toCamelCase(name), value === null ? undefined : read(value)];
    });
    return Object.fromEntries(options);
  }

  #eventCallbacks(): ScanOptions {
    const options: Record<string, unknown> = { ...this.#options };
    const callbacks = eventNames.map((event) => {
      const name = toCamelCase(`on-${event}`);
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
