import type { GatewayConfig } from "./gateway_config.js";

export type { GatewayConfig } from "./gateway_config.js";

/**
 * The configuration as the rest of the program sees it: complete, checked and frozen. `load_config.ts` makes it, `config_schema.ts` holds
 * limits and defaults. Durations are milliseconds here and text such as `120s` in the file.
 */
export interface Config {
  /** Whether the public development identities are accepted. Only ever true on loopback. */
  readonly development: boolean;
  readonly grpc: GrpcConfig;
  readonly log: { readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent" };
  readonly store: StoreConfig;
  readonly tickets: TicketsConfig;
  readonly watch: WatchConfig;
  readonly userTokens: UserTokensConfig;
  /** What signs tokens for the apps; they get none if absent. */
  readonly tokenIssuer: TokenIssuerConfig | undefined;
  readonly userPools: readonly UserPoolConfig[];
  readonly apps: readonly AppConfig[];
  /** The HTTP gateway, if there is to be one. */
  readonly gateway: GatewayConfig | undefined;
}

/** Where and how the gRPC server listens. */
export interface GrpcConfig {
  /** `HOST:PORT`, `[IPV6]:PORT`; port 0 lets the system choose. */
  readonly address: string;
  /** Certificate chain and private key, PEM files. Plain text if absent. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Must be true for plain text on an address other than loopback. */
  readonly allowPlaintextOnNetwork: boolean;
  /** Whether the reflection service answers. */
  readonly reflection: boolean;
  /** How old a connection gets before its client is asked to open another; 0 for no limit. Calls on it go on. */
  readonly maxConnectionAge: number;
  readonly limits: GrpcLimitsConfig;
  readonly keepalive: {
    /** How often a quiet connection is asked whether it lives. */
    readonly interval: number;
    /** How long the answer may take. */
    readonly timeout: number;
  };
  readonly shutdown: {
    /** How long calls are still served after health says NOT_SERVING, for balancers to notice. */
    readonly delay: number;
    /** How long running calls have to finish after that. */
    readonly gracePeriod: number;
  };
}

/** Limits of what callers, with a credential or without one, can have the gRPC server hold. */
export interface GrpcLimitsConfig {
  /** Largest request that is read. */
  readonly messageBytes: number;
  /** Open connections in all. */
  readonly connections: number;
  /** Open connections of one IPv4 address, or of one IPv6 network of 64 bits. */
  readonly connectionsPerAddress: number;
  /** Time that a connection may take from its beginning to the end of its handshakes, TLS and HTTP/2. */
  readonly handshakeTimeout: number;
  /** Time that a request may take to arrive, and an answer to be read. */
  readonly requestTimeout: number;
  /** Requests that have begun and are not complete; the oldest over it are ended. */
  readonly incompleteRequests: number;
  /** Streams of one connection, told to its client. */
  readonly streamsPerConnection: number;
  /** The largest metadata of a call, counted as HTTP/2 counts a header list. */
  readonly metadataBytes: number;
  /** Watches of the health service. */
  readonly healthWatches: number;
  /** Open watches of tickets, of all apps together. */
  readonly watches: number;
  /** Open watches of one app. */
  readonly watchesPerApp: number;
  /** Unary calls in progress, of one app or of one user's phone. */
  readonly callsPerApp: number;
}

/** Where tickets are kept: in the memory of this process, or in Redis, where several nodes share them. */
export interface StoreConfig {
  readonly kind: "memory" | "redis";
  /** Tickets in all, remembered ones included. With Redis: of those that this node has created. */
  readonly maxTickets: number;
  /** Tickets of one app, counted likewise. */
  readonly maxTicketsPerApp: number;
  /** Meaningless where `kind` is memory. */
  readonly redis: RedisConfig;
}

/** Which Redis, and what is asked of it. Exactly one of `url`, `sentinel` and `cluster` is given. */
export interface RedisConfig {
  /** `redis://` or `rediss://` with TLS: one server. Holds a secret where it holds a password. */
  readonly url: string | undefined;
  /** The primary that these Sentinels know by this name. */
  readonly sentinel:
    | {
        readonly name: string;
        /** `HOST:PORT` of each Sentinel. */
        readonly nodes: readonly string[];
        readonly username: string | undefined;
        readonly password: string | undefined;
      }
    | undefined;
  /** A Redis Cluster, known by some of its nodes. */
  readonly cluster: { readonly nodes: readonly string[] } | undefined;
  /** ACL user; the default one if absent. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** PEM files for TLS, which it turns on for Sentinels and Cluster. A server is checked against its host's name if `serverName` is absent. */
  readonly tls:
    | {
        readonly caFile: string | undefined;
        readonly certFile: string | undefined;
        readonly keyFile: string | undefined;
        readonly serverName: string | undefined;
      }
    | undefined;
  /** Must be true for plain text to an address other than loopback. */
  readonly allowPlaintextOnNetwork: boolean;
  /** What every key and channel begins with. */
  readonly keyPrefix: string;
  /** How many replicas must have confirmed whatever is answered. */
  readonly replicaAcks: number;
  /** Whether they confirm what they have on disk, and not what they have in memory. */
  readonly replicaFsync: boolean;
  /** Whether to refuse to start where a crash or a failover could lose what was answered. */
  readonly requireDurable: boolean;
  /** How long Redis may take to connect, and to answer. */
  readonly timeout: number;
  /** How often a watched ticket is read again although nothing was heard of it; 0 for never. */
  readonly refreshInterval: number;
}

/** How tickets live. */
export interface TicketsConfig {
  /** Life of a ticket whose creator wishes nothing. */
  readonly ttl: number;
  /** A wished life is moved into this range. */
  readonly minTtl: number;
  readonly maxTtl: number;
  /** Life of the exchange ticket, from the approval. */
  readonly authorizedTtl: number;
  /** How long a finished ticket is told apart from one that never was. */
  readonly retention: number;
  /** Told to callers that poll. */
  readonly minPollInterval: number;
  /** Largest custom data, as JSON. */
  readonly maxCustomDataBytes: number;
}

export interface WatchConfig {
  /** The same status is sent again after this long. */
  readonly heartbeatInterval: number;
  readonly maxPerTicket: number;
}

/** How user tokens are verified. */
export interface UserTokensConfig {
  /** How far the clocks of issuer and service may differ. */
  readonly clockTolerance: number;
  /** How many verified tokens are remembered. */
  readonly cacheSize: number;
  /** How old the keys of an issuer, and a verification, may get. At most 5 minutes. */
  readonly cacheMaxAge: number;
  /** How long the issuer's JWKS and UserInfo endpoints may take. */
  readonly issuerTimeout: number;
}

/** Who signs the tokens that ExchangeUserInfo answers. */
export interface TokenIssuerConfig {
  /** Claim `iss`: an https URL in production. */
  readonly issuer: string;
  /** The first one signs. All are published, so that a key can be told before it signs and after it has. */
  readonly keys: readonly SigningKeyConfig[];
  /** How long the tokens live. */
  readonly tokenTtl: number;
}

/** A private key: a PEM file (PKCS #8; EC P-256 or RSA of at least 2048 bits), or one that is made at start. */
export type SigningKeyConfig =
  | { readonly file: string }
  /** For development alone. A configuration file cannot say this. */
  | { readonly generated: true }
  /** One that was made, in place as PEM, for processes that must have the same. A configuration file cannot say this. */
  | { readonly pem: string };

/** A tenant whose users may approve. Issuer and audience together name it. */
export interface UserPoolConfig {
  readonly id: string;
  /** Claim `iss` of its tokens. */
  readonly issuer: string;
  /** One of these is in the claim `aud` of its tokens. */
  readonly audience: readonly string[];
  readonly keys: KeysConfig;
  /** The signature algorithms that are accepted (RFC 7518). */
  readonly algorithms: readonly string[];
  readonly claims: ClaimsConfig;
  /** Further claims that are passed on to the app. */
  readonly additionalClaims: readonly string[];
  /** OpenID Connect UserInfo endpoint, asked at Authorize. */
  readonly userInfoUri: string | undefined;
}

/** Where the keys of an issuer come from. */
export type KeysConfig =
  | { readonly jwksUri: string }
  | { readonly jwksFile: string }
  | { readonly hs256Secret: string }
  /** Public keys in place, for the built-in development pool. A configuration file cannot say this. */
  | { readonly jwks: object };

/** Which claim holds what. */
export interface ClaimsConfig {
  readonly userId: string;
  readonly nickname: string;
  readonly name: string;
  readonly photo: string;
  readonly email: string;
  readonly emailVerified: string;
  readonly phone: string;
  readonly phoneVerified: string;
}

/** The standard claims of OpenID Connect (Core 1.0, section 5.1): where a pool does not say otherwise. */
export const standardClaims: ClaimsConfig = {
  userId: "sub",
  nickname: "nickname",
  name: "name",
  photo: "picture",
  email: "email",
  emailVerified: "email_verified",
  phone: "phone_number",
  phoneVerified: "phone_number_verified",
};

/** A website's backend that may ask for sign-ins. */
export interface AppConfig {
  readonly id: string;
  /** What the approver is shown. */
  readonly name: string;
  /** What the approver is shown; empty if none. */
  readonly logoUrl: string;
  /** Id of the pool whose users it signs in. */
  readonly userPool: string;
  /** SHA-256 of each secret that is accepted, 64 lower-case hexadecimal digits. */
  readonly secretSha256: readonly string[];
}
