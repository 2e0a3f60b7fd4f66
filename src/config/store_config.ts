/** Store of the tickets: the memory of this process, or Redis, which several nodes can share. */
export interface StoreConfig {
  readonly kind: "memory" | "redis";
  /** Tickets in total, including retained ones. With Redis, only those that this node created count. */
  readonly maxTickets: number;
  /** Tickets per app, counted in the same way. */
  readonly maxTicketsPerApp: number;
  /** Redis that stores the tickets. Ignored if `kind` is `memory`. */
  readonly redis: RedisConfig;
}

/**
 * Redis servers, and the guarantees required of them. Exactly one of `url`, `sentinel` and `cluster` is set.
 */
export interface RedisConfig {
  /** URL of a single server: `redis://`, or `rediss://` with TLS. Secret if it contains a password. */
  readonly url: string | undefined;
  /** Primary that these Sentinels know by `name`. */
  readonly sentinel:
    | {
        readonly name: string;
        /** `HOST:PORT` of each Sentinel. */
        readonly nodes: readonly string[];
        readonly username: string | undefined;
        readonly password: string | undefined;
      }
    | undefined;
  /** Redis Cluster, discovered through some of its nodes. */
  readonly cluster: { readonly nodes: readonly string[] } | undefined;
  /** ACL user. If absent, the default user. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /**
   * PEM files for TLS. Enables TLS for Sentinels and Cluster. Without `serverName`, certificates are verified
   * against the host name.
   */
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
  /** Prefix of every key and channel. */
  readonly keyPrefix: string;
  /** Number of replicas that must have confirmed the data of a response before it is sent. */
  readonly replicaAcks: number;
  /** Requires that replicas confirm only data that is on disk, instead of in memory. */
  readonly replicaFsync: boolean;
  /** Refuses to start if a crash or failover could lose data that a response has already confirmed. */
  readonly requireDurable: boolean;
  /** Time-out for connecting to Redis, and for each response. */
  readonly timeout: number;
  /** Interval at which a watched ticket is read even without a change notification; 0 to disable. */
  readonly refreshInterval: number;
}
