import type { Scanning, ScanOptions } from "./options.js";
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
export declare function startScanning(place?: string | HTMLElement | null, options?: ScanOptions): Scanning;
