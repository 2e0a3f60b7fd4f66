export type { GatewayApp } from "../access/app_registry.js";
export type { PageField } from "../access/page_fields.js";
export type { GatewayObserver } from "../observer.js";
export type { GatewayLimits, SignIn } from "../options.js";
export {
  createFetchHandler,
  type FetchHandler,
  type FetchHandlerOptions,
  type FetchSignInContext,
} from "./fetch_handler.js";
