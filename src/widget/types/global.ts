import type * as QrLoginModule from "../index.js";

// For pages that load the script of a gateway: its global has the exports of the module.
declare global {
  var QrLogin: typeof QrLoginModule;
}
