import * as z from "zod";
import { remoteAddress } from "./gateway_values.js";
import { count, duration, oneOrMore, text, urlOf } from "./values.js";
/** The URL of one Redis server. With a password in it, it is a secret. */
const redisUrl = z.string().refine(isRedisUrl, {
    error: "must be redis://HOST:PORT or rediss://HOST:PORT (TLS), with user name, password and /DATABASE if need be",
});
function isRedisUrl(value) {
    const url = urlOf(value);
    if (url?.protocol !== "redis:" && url?.protocol !== "rediss:")
        return false;
    if (![url.username, url.password].every(isDecodable))
        return false;
    return url.hostname !== "" && /^(\/\d{0,4})?$/.test(url.pathname) && url.search === "" && url.hash === "";
}
/** Whether no percent sign stands by itself. */
function isDecodable(text) {
    try {
        decodeURIComponent(text);
        return true;
    }
    catch {
        return false;
    }
}
const servers = ["url", "sentinel", "cluster"];
/** Section `store.redis`. */
const redis = z
    .strictObject({
    url: redisUrl.optional(),
    sentinel: z
        .strictObject({
        name: text,
        nodes: oneOrMore(remoteAddress),
        username: text.optional(),
        password: text.optional(),
    })
        .transform((given) => ({ ...given, username: given.username, password: given.password }))
        .optional(),
    cluster: z.strictObject({ nodes: oneOrMore(remoteAddress) }).optional(),
    username: text.optional(),
    password: text.optional(),
    tls: z
        .strictObject({
        caFile: text.optional(),
        certFile: text.optional(),
        keyFile: text.optional(),
        serverName: text.optional(),
    })
        .transform(({ caFile, certFile, keyFile, serverName }) => ({ caFile, certFile, keyFile, serverName }))
        .optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    // Braces would be taken for the hash tag, by which a Cluster tells where a key lies.
    keyPrefix: z
        .string()
        .regex(/^[^{}\s]{0,64}$/, { error: "must be up to 64 characters without braces and white space" })
        .default("qrlogin:"),
    replicas: count(0, 16).default(0),
    replicasOnDisk: z.boolean().default(false),
    requireDurable: z.boolean().default(false),
    timeout: duration("50ms", "1m").prefault("1s"),
    reread: duration("0s", "1h").prefault("5s"),
})
    .refine((given) => servers.filter((key) => given[key] !== undefined).length <= 1, {
    error: "must have one of url, sentinel and cluster",
})
    .transform((given) => ({
    ...given,
    // Where nothing is said, the address that Redis listens on when nothing is said.
    url: given.url ?? (given.sentinel || given.cluster ? undefined : "redis://127.0.0.1:6379"),
    ...{ sentinel: given.sentinel, cluster: given.cluster, tls: given.tls },
    ...{ username: given.username, password: given.password },
}));
/** Section `store`. */
export const store = z
    .strictObject({
    kind: z.enum(["memory", "redis"]).optional(),
    // One Map holds 16 million entries at most.
    maxTickets: count(1, 10_000_000).default(1_000_000),
    maxTicketsPerApp: count(1, 10_000_000).default(100_000),
    redis: redis.optional(),
})
    .transform(({ kind, maxTickets, maxTicketsPerApp, redis: given }) => ({
    ...{ maxTickets, maxTicketsPerApp },
    kind: kind ?? (given ? "redis" : "memory"),
    redis: given ?? redis.parse({}),
}))
    .prefault({});
