import type { Logger } from "pino";
import { type App } from "./app.js";
import type { Config, GatewayConfig } from "./config/config.js";
import { type Clock } from "./domain/clock.js";
/** What `qrlogin serve` runs. */
export interface Serving {
    /** Where gRPC listens, as really bound. */
    readonly grpcAddress: string;
    /** Where the gateway listens, if there is one in this process. */
    readonly gatewayAddress: string | undefined;
    /** Stops politely, the gateway before the service that it calls. A second call waits for the first. */
    stop(): Promise<void>;
}
/**
 * Starts the service, and in development mode the gateway beside it. Elsewhere the gateway is a process of its own.
 *
 * @param start What starts the service; in this process by default.
 * @throws Error when the service cannot start or an address cannot be bound; nothing is left running then.
 */
export declare function startServing(config: Config, log: Logger, start?: (config: Config, log: Logger) => Promise<App>, clock?: Clock): Promise<Serving>;
/** Returns how many file descriptors a service with these limits may need. Development mode serves one person, whatever the limits. */
export declare function descriptorsNeeded({ development, grpc }: Pick<Config, "development" | "grpc">): number;
/** Returns how many file descriptors a gateway with these limits may need. */
export declare function gatewayDescriptorsNeeded(gateway: GatewayConfig): number;
