import type { Logger } from "pino";
import type { AppAuthenticator } from "../auth/app_credentials.js";
import type { UserAuthenticator } from "../auth/user_tokens.js";
import type { GrpcConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import type { Handlers } from "./handlers.js";
export interface GrpcServerOptions {
    readonly config: GrpcConfig;
    readonly handlers: Handlers;
    readonly apps: AppAuthenticator;
    readonly users: UserAuthenticator;
    readonly clock: Clock;
    readonly log: Logger;
}
/** A server that listens. */
export interface GrpcServer {
    /** `HOST:PORT` as really bound. */
    readonly address: string;
    /** Whether health says SERVING for the service, unless it is stopping. True at the start. */
    setServing(isServing: boolean): void;
    /** Whether health says SERVING for the clock. True at the start. */
    setClockRight(isRight: boolean): void;
    /**
     * Stops politely: health says NOT_SERVING, after the delay watches end with SERVER_DRAINING and new calls are refused
     * with it, running calls finish, connections close. What still runs at the deadline ends with SERVER_DRAINING too, and what does
     * not end by then loses its connection.
     */
    stop(): Promise<void>;
}
/**
 * Starts serving.
 *
 * @throws Error when the address cannot be bound or a certificate cannot be read.
 */
export declare function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer>;
