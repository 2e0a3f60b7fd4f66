import type { Logger } from "pino";
import type { GatewayConfig } from "./config/config.js";
import { type GatewayServer } from "./gateway/server.js";
/**
 * Reads the files that the configuration names and starts the gateway, with the demo pages if they are wanted.
 *
 * @throws Error when a file cannot be read or the address cannot be bound.
 */
export declare function startGatewayApp(config: GatewayConfig, log: Logger, { demo }: {
    readonly demo: boolean;
}): Promise<GatewayServer>;
