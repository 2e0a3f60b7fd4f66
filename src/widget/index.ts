import { defineElement } from "./element.js";

export type { CheckCodeRequest, CheckCodeResponse, ExchangeResponse, ScannedBy } from "../http_types.js";
export { type CodeStep, GatewayError, type PageStatus, type QrCode } from "./api_results.js";
export type { Device } from "./detect_phone.js";
export { type QrLoginAttributes, QrLoginElement } from "./element.js";
export type { QrLoginEventMap } from "./events.js";
export { addLanguage } from "./languages/loaded_texts.js";
export type { Texts } from "./languages/texts.js";
export type { Polling, PollOptions, Scanning, ScanOptions, Size, WatchOptions } from "./options.js";
export {
  checkStatus,
  exchangeUserInfo,
  type GeneratedCode,
  geneCode,
  startPolling,
  stopPolling,
  submitCheckCode,
} from "./start_polling.js";
export { startScanning } from "./start_scanning.js";
export type { Tips } from "./view/texts.js";

defineElement();
