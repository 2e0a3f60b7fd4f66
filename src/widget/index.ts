import { defineElement } from "./element.js";

export { GatewayError, type ScannedBy, type Status } from "./api.js";
export { QrLoginElement } from "./element.js";
export type { Scanning, ScanOptions, Size, Tips } from "./options.js";
export { startScanning } from "./start_scanning.js";
export type { Texts } from "./texts.js";

defineElement();
