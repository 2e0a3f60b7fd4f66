import * as z from "zod";
import {
  duration,
  integer,
  isDecodable,
  nonEmptyText,
  oneOrMore,
  parseUrl,
  remoteAddress,
} from "./values.js";

/** URL of a single Redis server. Secret if it contains a password. */
const redisUrl = z
  .string()
  .meta({ limits: "`redis://` or `rediss://`", pattern: "^rediss?://" })
  .refine(isRedisUrl, {
    error:
      "must be redis://HOST:PORT or rediss://HOST:PORT (TLS), with optional user name, password and /DATABASE: " +
      "redis://USER:PASSWORD@HOST:PORT/0. Set store.redis.password instead of a password with / : @ # ? or %",
  });

function isRedisUrl(value: string): boolean {
  const url = parseUrl(value);
  if (url?.protocol !== "redis:" && url?.protocol !== "rediss:") return false;
  if (![url.username, url.password].every(isDecodable)) return false;
  return url.hostname !== "" && /^(\/\d{0,4})?$/.test(url.pathname) && url.search === "" && url.hash === "";
}

const serverKeys = ["url", "sentinel", "cluster"] as const;

/** Section `store.redis`. */
const redisSchema = z
  .strictObject({
    url: redisUrl.optional().meta({
      description:
        "One server: `redis://USER:PASSWORD@HOST:PORT/DATABASE`; `rediss://` is TLS. Set at most one of `url`, " +
        "`sentinel` and `cluster`.",
      preset: "`redis://127.0.0.1:6379` without `sentinel` and `cluster`",
    }),
    urlFile: nonEmptyText.optional().describe("A [file](secrets.md) with this URL."),
    sentinel: z
      .strictObject({
        name: nonEmptyText.describe("The name by which the Sentinels know the primary."),
        nodes: oneOrMore(remoteAddress).describe("The Sentinels, such as `[sentinel-1.example.com:26379]`."),
        username: nonEmptyText.optional().describe("ACL user at the Sentinels."),
        password: nonEmptyText.optional().describe("The ACL user's password, or that of the default user."),
        passwordFile: nonEmptyText.optional().describe("A [file](secrets.md) with this password."),
      })
      .transform(({ passwordFile: _, ...given }) => ({
        ...given,
        ...{ username: given.username, password: given.password },
      }))
      .optional(),
    cluster: z
      .strictObject({
        nodes: oneOrMore(remoteAddress).describe("Some nodes of a Redis Cluster; the others are discovered."),
      })
      .optional(),
    username: nonEmptyText.optional().describe("ACL user."),
    password: nonEmptyText.optional().describe("The ACL user's password, or that of the default user."),
    passwordFile: nonEmptyText.optional().describe("A [file](secrets.md) with this password."),
    tls: z
      .strictObject({
        caFile: nonEmptyText
          .optional()
          .describe(
            "Root certificates to trust instead of the system's. With `sentinel` and `cluster`, the section " +
              "`tls` turns TLS on.",
          ),
        certFile: nonEmptyText
          .optional()
          .describe("Certificate chain to present to Redis. Needs `store.redis.tls.keyFile`."),
        keyFile: nonEmptyText.optional().describe("Private key of the certificate."),
        serverName: nonEmptyText
          .optional()
          .meta({ description: "The name that the server's certificate must have.", preset: "the host" }),
      })
      .transform(({ caFile, certFile, keyFile, serverName }) => ({ caFile, certFile, keyFile, serverName }))
      .optional(),
    allowPlaintextOnNetwork: z
      .boolean()
      .default(false)
      .describe(
        "Whether plain text may cross the network. Only for use where something else encrypts the " +
          "traffic.",
      ),
    // A Cluster would treat braces as a hash tag, which determines the slot of a key.
    keyPrefix: z
      .string()
      .regex(/^[^{}\s]{0,64}$/, { error: "must be up to 64 characters without braces or white space" })
      .default("qrlogin:")
      .meta({
        description: "Prefix of every key and channel.",
        limits: "up to 64 characters without braces and white space",
      }),
    replicaAcks: integer(0, 16)
      .default(0)
      .describe(
        "How many replicas must confirm every response. For the durable level, set it to the number of " +
          "replicas.",
      ),
    replicaFsync: z
      .boolean()
      .default(false)
      .describe(
        "Whether primary and replicas confirm what is on disk (`WAITAOF`: Redis 7.2, any Valkey) and not " +
          "only in memory. Needs `replicaAcks`. Needed for the durable level if servers with replicas have `appendonly yes`.",
      ),
    requireDurable: z
      .boolean()
      .default(false)
      .describe("Whether to refuse to start where a crash or a failover could lose acknowledged writes."),
    timeout: duration("50ms", "1m")
      .prefault("1s")
      .describe("How long Redis may take to connect, and to respond."),
    refreshInterval: duration("0s", "1h")
      .prefault("5s")
      .describe("How often a watched ticket is read again even without a change notification. 0s: never."),
  })
  .refine((given) => serverKeys.filter((key) => given[key] !== undefined).length <= 1, {
    error: "must have only one of url, sentinel and cluster: remove the others",
  })
  .transform(({ urlFile: _url, passwordFile: _password, ...given }) => ({
    ...given,
    // The default is the address on which Redis listens by default.
    url: given.url ?? (given.sentinel || given.cluster ? undefined : "redis://127.0.0.1:6379"),
    ...{ sentinel: given.sentinel, cluster: given.cluster, tls: given.tls },
    ...{ username: given.username, password: given.password },
  }));

/** Section `store`. */
export const storeSchema = z
  .strictObject({
    kind: z
      .enum(["memory", "redis"])
      .optional()
      .meta({
        description:
          "Where tickets are stored: in the memory of the process, or in Redis 7.0 or later, which several nodes can " +
          "share. See [redis.md](redis.md).",
        preset: "`redis` where there is a section `store.redis`, `memory` elsewhere",
      }),
    // A Map has room for at most 16 million entries.
    maxTickets: integer(1, 10_000_000)
      .default(1_000_000)
      .describe(
        "Tickets in total, including finished ones in retention. With Redis: tickets that this node has " +
          "created.",
      ),
    maxTicketsPerApp: integer(1, 10_000_000)
      .default(100_000)
      .describe("Tickets of one app, counted in the same way."),
    redis: redisSchema.optional(),
  })
  .transform(({ kind, maxTickets, maxTicketsPerApp, redis: given }) => ({
    ...{ maxTickets, maxTicketsPerApp },
    kind: kind ?? (given ? ("redis" as const) : ("memory" as const)),
    redis: given ?? redisSchema.parse({}),
  }))
  .prefault({});
