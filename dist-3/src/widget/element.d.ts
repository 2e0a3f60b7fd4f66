import type { ScanOptions } from "./options.js";
declare const Base: {
    new (): HTMLElement;
    prototype: HTMLElement;
};
/**
 * `<qr-login app-id="shop"></qr-login>`: a scan that lives as long as the element is in the page. `options` has what
 * attributes cannot say. Each callback is an event as well, `qr-login-success` for `onSuccess`, with its arguments in `detail`.
 * They bubble.
 */
export declare class QrLoginElement extends Base {
    #private;
    static readonly observedAttributes: string[];
    /** What attributes cannot say; callbacks too. Setting it starts anew. */
    get options(): ScanOptions;
    set options(options: ScanOptions);
    /** Shows a new code. */
    restart(): void;
    connectedCallback(): void;
    disconnectedCallback(): void;
    attributeChangedCallback(_name: string, before: string | null, now: string | null): void;
}
/** Makes `<qr-login>` known to the page. A second call changes nothing. */
export declare function defineElement(): void;
export {};
