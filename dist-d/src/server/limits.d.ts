import type { Server, ServiceDefinition } from "@grpc/grpc-js";
import type { Logger } from "pino";
import type { GrpcLimitsConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import { type FloodLog } from "./flood_log.js";
export interface LimitsOptions {
    readonly config: GrpcLimitsConfig;
    readonly clock: Clock;
    readonly log: Logger;
    /** The services that are served. */
    readonly services: readonly ServiceDefinition[];
}
/** Limits that keep callers from having the server hold more than it can. */
export interface Limits {
    readonly floods: FloodLog;
    /** Holds the limits of connections and calls from now on, on a server that is bound. */
    attach(server: Server): void;
    /** Cuts every connection that is left and holds nothing any more. */
    close(): void;
}
export declare function createLimits({ config, clock, log, services }: LimitsOptions): Limits;
