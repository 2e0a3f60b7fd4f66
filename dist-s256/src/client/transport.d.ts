import { type ChannelCredentials, type ChannelOptions } from "@grpc/grpc-js";
/** How the connection is protected. */
export type Tls = boolean | {
    readonly rootCertificates?: Buffer | string;
};
/** Where the service is and how it is reached. */
export interface TransportOptions {
    /**
     * Address of the service as gRPC writes it: `host:port`, `[ipv6]:port`, `dns:///host:port`, `ipv4:ip:port,ip:port` or
     * `unix:/path`. Calls are shared out among all IP addresses that it stands for.
     */
    readonly address: string;
    /**
     * `true` is TLS with the root certificates that Node.js trusts, an object TLS with others (PEM), `false` plain text.
     *
     * By default plain text to the loopback (127.0.0.0/8, ::1, localhost, `unix:`) and TLS to anywhere else: credentials
     * cross a network in the clear only where `false` is written out.
     */
    readonly tls?: Tls;
    /**
     * How many calls or watches run on one connection at a time; above that another one is opened, and watches never share one
     * with calls. It must not be above the limit of the server, or of a proxy before it: what is above that limit waits. 100 by
     * default, the lowest that HTTP/2 recommends and proxies are set to; the service itself takes more.
     */
    readonly maxStreamsPerConnection?: number;
    /**
     * Further options of the gRPC channels, such as `grpc.keepalive_time_ms`. The service config cannot be set: it decides
     * what is retried, and that calls are shared out among all addresses (`round_robin`).
     */
    readonly channelOptions?: ChannelOptions;
}
/** What a gRPC client of the service is made with. */
export interface Transport {
    readonly address: string;
    readonly credentials: ChannelCredentials;
    readonly maxStreams: number;
    /** Of the first channel of the unary calls. */
    readonly callOptions: ChannelOptions;
    /** Of further channels of the unary calls. */
    readonly moreCallOptions: ChannelOptions;
    /** Of the channels of the watches. */
    readonly watchOptions: ChannelOptions;
}
/**
 * @throws TypeError when the address is empty or the root certificates are no PEM text.
 * @throws RangeError when the number of streams is not a whole number above zero.
 */
export declare function transportOf(options: TransportOptions): Transport;
/** Whether a gRPC address can only lead to this machine. When in doubt it is not. */
export declare function isLoopback(address: string): boolean;
