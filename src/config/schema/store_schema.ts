import * as z from "zod";
import { duration, integer, nonEmptyText, oneOrMore, parseUrl, remoteAddress } from "./values.js";

/** URL of a single Redis server. Secret if it contains a password. */
const redisUrl = z.string().refine(isRedisUrl, {
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

/** Returns whether every percent sign is part of a valid escape. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const serverKeys = ["url", "sentinel", "cluster"] as const;

/** Section `store.redis`. */
const redisSchema = z
  .strictObject({
    url: redisUrl.optional(),
    urlFile: nonEmptyText.optional(),
    sentinel: z
      .strictObject({
        name: nonEmptyText,
        nodes: oneOrMore(remoteAddress),
        username: nonEmptyText.optional(),
        password: nonEmptyText.optional(),
        passwordFile: nonEmptyText.optional(),
      })
      .transform(({ passwordFile: _, ...given }) => ({
        ...given,
        ...{ username: given.username, password: given.password },
      }))
      .optional(),
    cluster: z.strictObject({ nodes: oneOrMore(remoteAddress) }).optional(),
    username: nonEmptyText.optional(),
    password: nonEmptyText.optional(),
    passwordFile: nonEmptyText.optional(),
    tls: z
      .strictObject({
        caFile: nonEmptyText.optional(),
        certFile: nonEmptyText.optional(),
        keyFile: nonEmptyText.optional(),
        serverName: nonEmptyText.optional(),
      })
      .transform(({ caFile, certFile, keyFile, serverName }) => ({ caFile, certFile, keyFile, serverName }))
      .optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    // A Cluster would treat braces as a hash tag, which determines the slot of a key.
    keyPrefix: z
      .string()
      .regex(/^[^{}\s]{0,64}$/, { error: "must be up to 64 characters without braces or white space" })
      .default("qrlogin:"),
    replicaAcks: integer(0, 16).default(0),
    replicaFsync: z.boolean().default(false),
    requireDurable: z.boolean().default(false),
    timeout: duration("50ms", "1m").prefault("1s"),
    refreshInterval: duration("0s", "1h").prefault("5s"),
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
    kind: z.enum(["memory", "redis"]).optional(),
    // A Map has room for at most 16 million entries.
    maxTickets: integer(1, 10_000_000).default(1_000_000),
    maxTicketsPerApp: integer(1, 10_000_000).default(100_000),
    redis: redisSchema.optional(),
  })
  .transform(({ kind, maxTickets, maxTicketsPerApp, redis: given }) => ({
    ...{ maxTickets, maxTicketsPerApp },
    kind: kind ?? (given ? ("redis" as const) : ("memory" as const)),
    redis: given ?? redisSchema.parse({}),
  }))
  .prefault({});
