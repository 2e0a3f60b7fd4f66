import {
  checkStatus,
  exchangeUserInfo,
  GatewayError,
  geneCode,
  QrLoginElement,
  startPolling,
  startScanning,
  stopPolling,
} from "./index.js";

/** Global of the script that pages load. A plain object: the bundler's own global would be larger. */
const QrLogin: typeof import("./index.js") = {
  checkStatus,
  exchangeUserInfo,
  GatewayError,
  geneCode,
  QrLoginElement,
  startPolling,
  startScanning,
  stopPolling,
};

Object.assign(globalThis, { QrLogin });
