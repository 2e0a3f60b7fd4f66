export type { GatewayApp, GatewayLimits, GatewayOptions, SignIn } from "./options.js";
export type { PageField } from "./page_fields.js";
export { qrLoginGateway } from "./plugin.js";
