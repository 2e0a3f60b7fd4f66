import type { RpcMethod } from "../domain/rpc_methods.js";
import type { MetricsConfig } from "./metrics_config.js";
import type { ServerTlsConfig } from "./tls_config.js";

/** HTTP gateway. `qrlogin gateway` reads only this section and `log`. */
export interface GatewayConfig {
  /** `HOST:PORT` or `[IPV6]:PORT`. With port 0, the system chooses the port. */
  readonly address: string;
  /** TLS. If absent, the gateway uses plain text. */
  readonly tls: ServerTlsConfig | undefined;
  /** Endpoint for Prometheus. In development mode, `metrics` of the service stands for both. */
  readonly metrics: MetricsConfig;
  /** Must be true to listen in plain text, or to call the service in plain text, beyond loopback. */
  readonly allowPlaintextOnNetwork: boolean;
  readonly service: {
    /** gRPC address of the service. */
    readonly address: string;
    /** Enables TLS. By default, TLS is used except on loopback; with a `caFile`, it is used there too. */
    readonly tls: boolean | undefined;
    /** PEM file of root certificates that replace those of the system. */
    readonly caFile: string | undefined;
    /** PEM files of the certificate to present to the service, and of its key: both or none. They turn TLS on. */
    readonly certFile: string | undefined;
    readonly keyFile: string | undefined;
  };
  readonly apps: readonly GatewayAppConfig[];
  /** Enables the Authing-compatible API. */
  readonly authingApi: boolean;
  /** Methods of the service that the gateway serves over Connect and gRPC-Web. Empty turns both off. */
  readonly rpcMethods: readonly RpcMethod[];
  /** Keys of 32 random bytes, as base64url. The first one seals handles; all of them open handles. */
  readonly handleKeys: readonly string[];
  /** Lifetime of a handle. */
  readonly handleTtl: number;
  /** Interval of heartbeats in event streams. */
  readonly heartbeatInterval: number;
  /** IP addresses and networks (CIDR) of the proxies whose forwarded headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** Networks of the callers whose traces are continued. The traces of others are only linked. */
  readonly traceContextFrom: readonly string[];
  /** Header in which the trusted proxies send the client's address. */
  readonly clientIpHeader: "x-forwarded-for" | "x-real-ip";
  readonly limits: {
    /**
     * Tickets per minute and address. Like all limits per address, it applies per IPv6 /64; an IPv6 /48 gets
     * four times as many.
     */
    readonly ticketsPerMinute: number;
    readonly callsPerMinute: number;
    /** Longest ticket lifetime that a page may request. */
    readonly ticketTtl: number;
    readonly streams: number;
    readonly streamsPerAddress: number;
    readonly connections: number;
    readonly connectionsPerAddress: number;
  };
  readonly shutdown: {
    /** Time for which requests are still served after `/readyz` reports a stop. */
    readonly delay: number;
    /** Time over which event streams are then handed over to other gateways; at most `gracePeriod`. */
    readonly drainTime: number;
    /** Time that running requests then have to finish. */
    readonly gracePeriod: number;
  };
}

/** App that the gateway acts for. See docs/gateway.md for the risk of each option. */
interface GatewayAppConfig {
  readonly id: string;
  /** Undefined if the service needs only the certificate of the gateway for the app. */
  readonly secret: string | undefined;
  /** Name that pages show to users. If absent, pages show none. */
  readonly name: string | undefined;
  /** Logo that pages show: a URL, a path of the gateway's origin, or a small data URL. */
  readonly logo: string | undefined;
  /** Origins exactly as browsers send them. On loopback the port may be `*`. */
  readonly origins: readonly string[];
  readonly bindToBrowser: boolean;
  readonly requireCodeChallenge: boolean;
  readonly exchangeFromBrowser: boolean;
  readonly fullUserInStatus: boolean;
  readonly pollByTicketId: boolean;
  /** Fields that pages may set in the tickets that they create. */
  readonly pageFields: readonly ("deviceName" | "location" | "scene" | "customData")[];
}
