import { startScanning } from "./start_scanning.js";
/** Options that attributes can say. */
const attributes = [
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
const events = {
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
};
// There is none where a server renders the page, and importing this must not fail there.
const Base = globalThis.HTMLElement ?? class {
};
/**
 * `<qr-login app-id="shop"></qr-login>`: a scan that lives as long as the element is in the page. `options` has what
 * attributes cannot say. Each callback is an event as well, `qr-login-success` for `onSuccess`, with its arguments in `detail`.
 * They bubble.
 */
export class QrLoginElement extends Base {
    static observedAttributes = attributes;
    #options = {};
    #scanning;
    #isDue = false;
    /** What attributes cannot say; callbacks too. Setting it starts anew. */
    get options() {
        return this.#options;
    }
    set options(options) {
        this.#options = options;
        this.#beginSoon();
    }
    /** Shows a new code. */
    restart() {
        this.#scanning?.restart();
    }
    connectedCallback() {
        // Set before this class was known, it hides our own.
        if (Object.hasOwn(this, "options")) {
            const { options } = this;
            Reflect.deleteProperty(this, "options");
            this.#options = options;
        }
        this.#beginSoon();
    }
    disconnectedCallback() {
        this.#scanning?.stop();
        this.#scanning = undefined;
    }
    attributeChangedCallback(_name, before, now) {
        if (this.#scanning && before !== now)
            this.#beginSoon();
    }
    /** Once, however much is set at a time. */
    #beginSoon() {
        if (this.#isDue)
            return;
        this.#isDue = true;
        queueMicrotask(() => {
            this.#isDue = false;
            this.#scanning?.stop();
            this.#scanning = undefined;
            if (!this.isConnected)
                return;
            const scanning = startScanning(this, { ...this.#said(), ...this.#options, ...this.#telling() });
            // A listener may have taken the element away.
            if (this.isConnected)
                this.#scanning = scanning;
            else
                scanning.stop();
        });
    }
    #said() {
        const said = (name) => this.getAttribute(name) ?? undefined;
        const count = (name) => {
            const number = Number(said(name)?.trim() || Number.NaN);
            return Number.isNaN(number) ? undefined : number;
        };
        const theme = said("theme");
        return {
            gateway: said("gateway"),
            appId: said("app-id"),
            theme: theme === "light" || theme === "dark" ? theme : undefined,
            language: said("language"),
            deviceName: said("device-name"),
            interval: count("interval"),
            renewals: count("renewals"),
            autoExchangeUserInfo: this.hasAttribute("auto-exchange-user-info"),
        };
    }
    #telling() {
        const options = { ...this.#options };
        const telling = Object.entries(events).map(([event, name]) => {
            const callback = options[name];
            const tellBoth = (...detail) => {
                this.dispatchEvent(new CustomEvent(`qr-login-${event}`, { detail, bubbles: true, composed: true }));
                callback?.(...detail);
            };
            return [name, tellBoth];
        });
        return Object.fromEntries(telling);
    }
}
/** Makes `<qr-login>` known to the page. A second call changes nothing. */
export function defineElement() {
    const { customElements } = globalThis;
    if (customElements && !customElements.get("qr-login"))
        customElements.define("qr-login", QrLoginElement);
}
