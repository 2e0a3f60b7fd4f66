export { type Code, type Exchanged, GatewayError, type ScannedBy, type Status } from "./api.js";
export { QrLoginElement } from "./element.js";
export type { FollowOptions, Polling, PollOptions, Scanning, ScanOptions, Size } from "./options.js";
export { checkStatus, exchangeUserInfo, geneCode, type OwnCode, startPolling, stopPolling, } from "./start_polling.js";
export { startScanning } from "./start_scanning.js";
export type { Texts, Tips } from "./texts.js";
