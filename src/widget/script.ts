import {
  addLanguage,
  checkStatus,
  exchangeUserInfo,
  GatewayError,
  geneCode,
  QrLoginElement,
  startPolling,
  startScanning,
  stopPolling,
  submitCheckCode,
} from "./index.js";

/** Global of the script that pages load. A plain object: the bundler's own global would be larger. */
const QrLogin: typeof import("./index.js") = {
  addLanguage,
  checkStatus,
  exchangeUserInfo,
  GatewayError,
  geneCode,
  QrLoginElement,
  startPolling,
  startScanning,
  stopPolling,
  submitCheckCode,
};

Object.assign(globalThis, { QrLogin });
