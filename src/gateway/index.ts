export type { PageField } from "./access/page_fields.js";
export type { GatewayApp, GatewayLimits, GatewayOptions, SignIn } from "./options.js";
export { qrLoginGateway } from "./plugin.js";
