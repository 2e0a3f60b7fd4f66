import { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { type Clock } from "../domain/clock.js";
import { type ClientAddressHeader } from "./forwarded.js";
import { type ConnectionLimits } from "./http_server.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
/** A gateway that is a server of its own. */
export interface GatewayServerOptions extends Omit<GatewayOptions, "limits"> {
    readonly limits?: Partial<GatewayLimits & ConnectionLimits> | undefined;
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
    /** Certificate chain and private key, PEM text. Plain text if absent. */
    readonly tls?: {
        readonly cert: string;
        readonly key: string;
    } | undefined;
    /** Addresses and networks (CIDR) of the proxies whose forwarded headers are believed. */
    readonly trustedProxies: readonly string[];
    /** The one header of theirs that tells the client's address. `x-forwarded-for` by default. */
    readonly clientAddressHeader?: ClientAddressHeader | undefined;
    readonly log: Logger;
    /** How long running requests have to finish when it stops, in milliseconds. */
    readonly shutdownDeadlineMs: number;
    /** Adds further routes, such as the demo's. */
    readonly extend?: ((server: FastifyInstance) => Promise<void>) | undefined;
}
export interface GatewayServer {
    /** `HOST:PORT` as really bound. */
    readonly address: string;
    /** Stops politely. A second call waits for the first. */
    stop(): Promise<void>;
}
/**
 * Starts a gateway.
 *
 * @throws Error that says in one line why it cannot listen; TypeError, RangeError when an option makes no sense.
 */
export declare function startGateway(options: GatewayServerOptions, clock?: Clock): Promise<GatewayServer>;
