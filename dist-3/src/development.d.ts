import type { Development } from "./config/load.js";
/** What development mode has for lack of a configuration. The key that seals handles is fresh with each call. */
export declare function developmentPresets(): Development;
