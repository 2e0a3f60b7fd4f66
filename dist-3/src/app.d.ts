import type { Logger } from "pino";
import type { Config } from "./config/config.js";
import { type Clock } from "./domain/clock.js";
import type { TicketStore } from "./store/ticket_store.js";
/** A service that runs. */
export interface App {
    /** Where gRPC listens, as really bound. */
    readonly grpcAddress: string;
    /** Stops politely and lets go of everything. A second call waits for the first. */
    stop(): Promise<void>;
}
/** What a test may put in place of the real thing. */
export interface AppParts {
    readonly clock?: Clock;
    readonly store?: TicketStore;
}
/**
 * Puts the parts together and starts serving.
 *
 * @throws Error when the address cannot be bound, or a signing key or the store cannot be used.
 */
export declare function startApp(config: Config, log: Logger, parts?: AppParts): Promise<App>;
