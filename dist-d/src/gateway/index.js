export { qrLoginGateway } from "./plugin.js";
