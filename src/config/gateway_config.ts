/** The HTTP gateway: `qrlogin gateway` reads this and `log`, and nothing else. */
export interface GatewayConfig {
  /** `HOST:PORT`, `[IPV6]:PORT`; port 0 lets the system choose. */
  readonly address: string;
  /** Certificate chain and private key, PEM files. Plain text if absent. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Must be true for plain text on an address other than loopback, and to a service elsewhere. */
  readonly allowPlaintextOnNetwork: boolean;
  readonly service: {
    /** gRPC address of the service. */
    readonly address: string;
    /** Whether it is reached by TLS; if absent, everywhere but on loopback, and there too with a `caFile`. */
    readonly tls: boolean | undefined;
    /** Root certificates to trust in place of the system's, a PEM file. */
    readonly caFile: string | undefined;
  };
  readonly apps: readonly GatewayAppConfig[];
  /** Whether the Authing-compatible API is answered too. */
  readonly authingApi: boolean;
  /** 32 random bytes each, base64url. The first one seals, all of them open. */
  readonly handleKeys: readonly string[];
  /** How long a handle is good for. */
  readonly handleTtl: number;
  /** How often a stream of events shows that it lives. */
  readonly heartbeatInterval: number;
  /** IP addresses and networks (CIDR) of the proxies whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** The one header of theirs that tells the client's address. */
  readonly clientIpHeader: "x-forwarded-for" | "x-real-ip";
  readonly limits: {
    /** Of one address (IPv6: one /64), as the other limits of addresses; an IPv6 /48 has four times as many. */
    readonly ticketsPerMinute: number;
    readonly callsPerMinute: number;
    /** Longest life of a ticket that a page may wish. */
    readonly ticketTtl: number;
    readonly streams: number;
    readonly streamsPerAddress: number;
    readonly connections: number;
    readonly connectionsPerAddress: number;
  };
  readonly shutdown: {
    /** How long running requests have to finish. */
    readonly gracePeriod: number;
  };
}

/** An app that the gateway acts for; see docs/gateway.md for the risk of each switch. */
interface GatewayAppConfig {
  readonly id: string;
  readonly secret: string;
  /** Exactly as browsers send them; on loopback the port may be `*`. */
  readonly origins: readonly string[];
  readonly bindToBrowser: boolean;
  readonly requireCodeChallenge: boolean;
  readonly exchangeFromBrowser: boolean;
  readonly fullUserInStatus: boolean;
  readonly pollByTicketId: boolean;
  /** The fields that pages may set in the tickets that they create. */
  readonly pageFields: readonly ("deviceName" | "location" | "scene" | "customData")[];
}
