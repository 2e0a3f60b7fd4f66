export type { GatewayApp, GatewayLimits, GatewayOptions, SignIn } from "./options.js";
export { qrLoginGateway } from "./plugin.js";
