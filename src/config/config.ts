import type { GatewayConfig } from "./gateway_config.js";
import type { MetricsConfig } from "./metrics_config.js";
import type { PolicyConfig } from "./policy/policy_config.js";
import type { StoreConfig } from "./store_config.js";
import type { GrpcTlsConfig } from "./tls_config.js";

export type { GatewayConfig } from "./gateway_config.js";
export type { MetricsConfig } from "./metrics_config.js";
export { noPolicy, type PolicyConfig } from "./policy/policy_config.js";
export type { RedisConfig, StoreConfig } from "./store_config.js";
export type { GrpcTlsConfig } from "./tls_config.js";

/**
 * Configuration as the rest of the program sees it: complete, checked and frozen. `load_config.ts` creates
 * it; `config_schema.ts` has limits and defaults. Durations are in milliseconds; in the file they are texts
 * such as `120s`.
 */
export interface Config {
  /** Accepts the public development identities. True only on loopback. */
  readonly development: boolean;
  readonly grpc: GrpcConfig;
  readonly log: LogConfig;
  readonly metrics: MetricsConfig;
  readonly reload: ReloadConfig;
  readonly store: StoreConfig;
  readonly tickets: TicketsConfig;
  readonly watch: WatchConfig;
  readonly userTokens: UserTokensConfig;
  readonly outgoing: OutgoingConfig;
  /** Issuer of the tokens for apps. If absent, apps receive no tokens. */
  readonly tokenIssuer: TokenIssuerConfig | undefined;
  /** Policy of all apps. User pools and apps override it. */
  readonly policy: PolicyConfig;
  readonly userPools: readonly UserPoolConfig[];
  readonly apps: readonly AppConfig[];
  /** Administrators. Without one, the admin service is not served. */
  readonly admins: readonly AdminConfig[];
  /** HTTP gateway, if configured. */
  readonly gateway: GatewayConfig | undefined;
}

/** The lines of the log. */
export interface LogConfig {
  /** Lowest level that is written. */
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  /** `auto` is `pretty` in development mode on a terminal, and `json` elsewhere. */
  readonly format: "auto" | "json" | "pretty";
  /** Form of `time` in JSON: milliseconds since 1970, or ISO 8601 in UTC. */
  readonly time: "epoch" | "iso";
  /** Form of `level` in JSON: 30, or `info`. */
  readonly levels: "number" | "name";
}

/** Reloading of the configuration while a process runs. */
export interface ReloadConfig {
  /** Interval at which the configuration file and the files that it names are checked for changes; 0 for never. */
  readonly interval: number;
}

/** Listener of the gRPC server. */
export interface GrpcConfig {
  /** `HOST:PORT` or `[IPV6]:PORT`. With port 0, the system chooses the port. */
  readonly address: string;
  /** TLS. If absent, the server uses plain text. */
  readonly tls: GrpcTlsConfig | undefined;
  /** Must be true for plain text on an address other than loopback. */
  readonly allowPlaintextOnNetwork: boolean;
  /** Networks of the callers whose traces are continued. The traces of others are only linked. */
  readonly traceContextFrom: readonly string[];
  /** Enables the reflection service. */
  readonly reflection: boolean;
  /** Age at which a connection's client is asked to open another one; 0 for no limit. Its calls continue. */
  readonly maxConnectionAge: number;
  readonly limits: GrpcLimitsConfig;
  readonly keepalive: {
    /** Interval at which an idle connection is pinged. */
    readonly interval: number;
    /** Time-out of a ping's acknowledgement. */
    readonly timeout: number;
  };
  readonly shutdown: {
    /**
     * Time for which calls are still served after health reports NOT_SERVING, so that load balancers notice.
     */
    readonly delay: number;
    /** Time over which connections and watches are then handed over to other nodes; at most `gracePeriod`. */
    readonly drainTime: number;
    /** Time that running calls then have to finish. */
    readonly gracePeriod: number;
  };
}

/** Limits on the resources of the gRPC server that callers can occupy, with or without a credential. */
export interface GrpcLimitsConfig {
  /** Largest request message. */
  readonly messageBytes: number;
  /** Open connections in total. */
  readonly connections: number;
  /** Open connections per IPv4 address or IPv6 /64 network. */
  readonly connectionsPerAddress: number;
  /** Time from the start of a connection to the end of its TLS and HTTP/2 handshakes. */
  readonly handshakeTimeout: number;
  /** Time for a request to arrive completely, and for a response to be read. */
  readonly requestTimeout: number;
  /** Requests that have begun and are incomplete. The oldest ones over the limit are ended. */
  readonly incompleteRequests: number;
  /** Concurrent streams per connection, announced to the client. */
  readonly streamsPerConnection: number;
  /**
   * Streams per second that a client may reset on a connection, in addition to `streamsPerConnection` at once.
   */
  readonly streamResetRate: number;
  /** Largest metadata of a call, measured as HTTP/2 measures a header list. */
  readonly metadataBytes: number;
  /** Concurrent watches of the health service. */
  readonly healthWatches: number;
  /** Open watches of tickets, of all apps together. */
  readonly watches: number;
  /** Open watches per app. */
  readonly watchesPerApp: number;
  /** Concurrent unary calls per app, and per user of the phone API. */
  readonly callsPerApp: number;
}

/** Lifetimes and limits of tickets. */
export interface TicketsConfig {
  /** Lifetime of a ticket if its creator requests none. */
  readonly ttl: number;
  /** Lower bound of a requested lifetime. Requests outside the bounds are clamped. */
  readonly minTtl: number;
  readonly maxTtl: number;
  /** Lifetime of the exchange ticket, from the approval. */
  readonly authorizedTtl: number;
  /** Least time to type a check code, from the approval. */
  readonly checkCodeTtl: number;
  /** Time for which a finished ticket is kept, so that it can be distinguished from an unknown one. */
  readonly retention: number;
  /** Shortest interval between two polls of a ticket, which callers learn and which is enforced; 0 for any. */
  readonly minPollInterval: number;
  /** Largest custom data, in bytes of JSON. */
  readonly maxCustomDataBytes: number;
}

/** Limits and timing of watches. */
export interface WatchConfig {
  /** Interval at which an unchanged status is repeated. */
  readonly heartbeatInterval: number;
  /** Open watches per ticket. One more ends the oldest. */
  readonly maxPerTicket: number;
}

/** Settings of the verification of user tokens. */
export interface UserTokensConfig {
  /** Tolerated difference between the clocks of issuer and service. */
  readonly clockTolerance: number;
  /** Maximum number of cached verified tokens. */
  readonly cacheSize: number;
  /** Maximum age of an issuer's keys and of a cached verification. At most 5 minutes. */
  readonly cacheMaxAge: number;
  /** Time-out of the issuer's JWKS, introspection and UserInfo endpoints. */
  readonly issuerTimeout: number;
}

/** Way to the endpoints of issuers. */
export interface OutgoingConfig {
  /** URL of the proxy, which may contain a password. If undefined, there is none. */
  readonly proxy: string | undefined;
  /** Hosts that are reached without the proxy, in the form of NO_PROXY. */
  readonly noProxy: readonly string[];
  /** File with authorities that are trusted in addition to the public ones. */
  readonly caFile: string | undefined;
}

/** Issuer of the tokens that ExchangeUserInfo returns. */
export interface TokenIssuerConfig {
  /** Claim `iss`. In production, an https URL. */
  readonly issuer: string;
  /**
   * Keys, of which the first signs. All are published, so that verifiers know a key before it signs, and tokens
   * stay valid after it no longer does.
   */
  readonly keys: readonly SigningKeyConfig[];
  /** Lifetime of the tokens. */
  readonly tokenTtl: number;
  /** Puts the claims about the user into the access token too. The ID token always has them. */
  readonly profileInAccessToken: boolean;
}

/**
 * Private key: a PEM file (PKCS #8; EC P-256 or RSA of at least 2048 bits), or one that is generated at
 * start-up.
 */
export type SigningKeyConfig =
  | { readonly file: string }
  /** For development only. Cannot be set in a configuration file. */
  | { readonly generated: true }
  /** Generated key as PEM, for processes that share it. Cannot be set in a configuration file. */
  | { readonly pem: string };

/**
 * Pool whose users may approve sign-ins. Issuer and audience together identify it. Exactly one of `keys` and
 * `introspection` is set; at most one pool has `introspection`.
 */
export interface UserPoolConfig {
  readonly id: string;
  /** Claim `iss` of the pool's tokens. */
  readonly issuer: string;
  /** Accepted audiences. The claim `aud` of a token, or its introspected `client_id`, must contain one of these. */
  readonly audience: readonly string[];
  readonly keys: KeysConfig | undefined;
  readonly introspection: IntrospectionConfig | undefined;
  /** Accepted signature algorithms (RFC 7518). Empty without keys. */
  readonly algorithms: readonly string[];
  readonly claims: ClaimsConfig;
  /** Additional claims that are passed on to the app. */
  readonly additionalClaims: readonly string[];
  /** OpenID Connect UserInfo endpoint, requested at Authorize. */
  readonly userInfoUri: string | undefined;
  readonly policy: PolicyConfig;
}

/** Source of an issuer's keys. */
export type KeysConfig =
  | { readonly jwksUri: string }
  | { readonly jwksFile: string }
  | { readonly hs256Secret: string }
  /** Public keys of the built-in development pool. Cannot be set in a configuration file. */
  | { readonly jwks: object };

/** OAuth 2.0 token introspection endpoint (RFC 7662), which decides about tokens that need not be JWTs. */
export interface IntrospectionConfig {
  readonly uri: string;
  readonly clientId: string;
  /** Secret of the client. Never log it. */
  readonly clientSecret: string;
  /** Client authentication (RFC 6749, section 2.3.1): in the header `authorization`, or in the body. */
  readonly authMethod: "client_secret_basic" | "client_secret_post";
  /** Scopes that a token must have. */
  readonly requiredScopes: readonly string[];
  /** Rejects a token whose type the endpoint does not state. It could be a refresh token. */
  readonly requireTokenType: boolean;
  /** Maximum age of a cached response; 0 to disable the cache. */
  readonly cacheMaxAge: number;
}

/** Names of the claims that make up a profile. */
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

/** Standard claims of OpenID Connect (Core 1.0, section 5.1), the defaults of a pool. */
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

/** Administrator who may disable sign-ins. */
export interface AdminConfig {
  readonly id: string;
  /** SHA-256 of each accepted secret, as 64 lower-case hexadecimal digits. */
  readonly secretSha256: readonly string[];
}

/** Backend of a website that may request sign-ins. */
export interface AppConfig {
  readonly id: string;
  /** Name that is shown to the approver. */
  readonly name: string;
  /** Logo that is shown to the approver; empty if none. */
  readonly logoUrl: string;
  /** Id of the pool whose users can sign in to the app. */
  readonly userPool: string;
  /**
   * SHA-256 of each accepted secret, as 64 lower-case hexadecimal digits. Empty if the app has no secret and
   * authenticates with a client certificate alone.
   */
  readonly secretSha256: readonly string[];
  /**
   * Names in client certificates that stand for the app: URIs, and DNS names in lower case. If there are any, each
   * call of the app needs such a certificate, beside a secret if the app has one.
   */
  readonly certificateNames: readonly string[];
  readonly policy: PolicyConfig;
}
