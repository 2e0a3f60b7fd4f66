import { defineElement } from "./element.js";
export { GatewayError } from "./api.js";
export { QrLoginElement } from "./element.js";
export { checkStatus, exchangeUserInfo, geneCode, startPolling, stopPolling, } from "./start_polling.js";
export { startScanning } from "./start_scanning.js";
defineElement();
