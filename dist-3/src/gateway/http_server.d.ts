import { type RequestListener, type Server } from "node:http";
/** Number of connections that are open at a time. */
export interface ConnectionLimits {
    /** In all. 20,000 by default. Past it the newest of the address that has most is closed. */
    readonly connections: number;
    /** Of one address (IPv6: one /64) that is no trusted proxy. 5,000 by default. */
    readonly connectionsPerAddress: number;
}
export interface HttpServerOptions extends ConnectionLimits {
    readonly tls: {
        readonly cert: string;
        readonly key: string;
    } | undefined;
    /** Addresses and networks (CIDR) whose connections are many callers'. */
    readonly trustedProxies: readonly string[];
}
/** Limits of a connection, with times in milliseconds. A well-behaved client does not notice them. */
declare const defaultBounds: {
    maxHeaderSize: number;
    headersTimeout: number;
    requestTimeout: number;
    keepAliveTimeout: number;
    connectionsCheckingInterval: number;
    handshakeTimeout: number;
};
/** Creates the HTTP server of a gateway, with a bound for whatever a caller can hold open. Tests give shorter times. */
export declare function createHttpServer(handler: RequestListener, { tls, trustedProxies, ...limits }: HttpServerOptions, bounds?: Partial<typeof defaultBounds>): Server;
export {};
