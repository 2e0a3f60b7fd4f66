import * as z from "zod";
import { standardClaims } from "./config.js";
import { gateway, tokenIssuer } from "./gateway_schema.js";
import { store } from "./store_schema.js";
import { address, certificateFiles, count, duration, id, oneOrMore, pictureUrl, poolIssuer, sha256, sharedSecret, text, trustedUrl, } from "./values.js";
const grpc = z
    .strictObject({
    address: address.default("127.0.0.1:50051"),
    tls: certificateFiles.optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    reflection: z.boolean().default(false),
    maxMessageBytes: count(4096, 4_194_304).default(65_536),
    maxConnectionAge: duration("0s", "24h").prefault("30m"),
    limits: z
        .strictObject({
        connections: count(1, 1_000_000).default(10_000),
        connectionsPerAddress: count(1, 1_000_000).default(2_000),
        handshakeTimeout: duration("100ms", "5m").prefault("10s"),
        requestTimeout: duration("100ms", "5m").prefault("10s"),
        incompleteRequests: count(1, 1_000_000).default(2_000),
        streamsPerConnection: count(1, 1_000_000).default(1_000),
        metadataBytes: count(4_096, 65_536).default(20_480),
        healthWatches: count(1, 1_000_000).default(1_000),
        watches: count(1, 10_000_000).default(50_000),
        watchesPerApp: count(1, 10_000_000).default(25_000),
        callsPerApp: count(1, 1_000_000).default(2_000),
    })
        .prefault({}),
    keepalive: z
        .strictObject({
        interval: duration("1s", "1h").prefault("30s"),
        timeout: duration("100ms", "5m").prefault("10s"),
    })
        .prefault({}),
    shutdown: z
        .strictObject({
        delay: duration("0s", "5m").prefault("0s"),
        deadline: duration("0s", "10m").prefault("10s"),
    })
        .prefault({}),
})
    .transform((given) => ({ ...given, tls: given.tls }))
    .prefault({});
const log = z
    .strictObject({
    level: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
})
    .prefault({});
const tickets = z
    .strictObject({
    ttl: duration("1s", "1h").prefault("120s"),
    minTtl: duration("1s", "1h").prefault("30s"),
    maxTtl: duration("1s", "1h").prefault("600s"),
    authorizedTtl: duration("1s", "1h").prefault("300s"),
    remembered: duration("1s", "24h").prefault("600s"),
    minPollInterval: duration("100ms", "1m").prefault("500ms"),
    // A QR code holds 1273 bytes at its highest error correction, and the other fields take up to 249.
    maxCustomDataBytes: count(0, 1024).default(512),
})
    .prefault({});
const watch = z
    .strictObject({
    heartbeat: duration("1s", "5m").prefault("15s"),
    maxPerTicket: count(1, 100).default(4),
})
    .prefault({});
const tokens = z
    .strictObject({
    clockTolerance: duration("0s", "5m").prefault("30s"),
    cacheSize: count(1, 1_000_000).default(10_000),
    cacheMaxAge: duration("1s", "5m").prefault("5m"),
    issuerTimeout: duration("100ms", "1m").prefault("5s"),
})
    .prefault({});
/** The algorithms whose keys have a public half. With any other one a published key would sign. */
const asymmetric = [
    ...["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"],
];
const defaultAlgorithms = ["ES256", "RS256", "PS256", "EdDSA"];
const keySources = ["jwksUri", "jwksFile", "hs256Secret"];
const keys = z
    .strictObject({
    jwksUri: trustedUrl.optional(),
    jwksFile: text.optional(),
    hs256Secret: sharedSecret.optional(),
})
    .refine((given) => keySources.filter((source) => given[source] !== undefined).length === 1, {
    error: "must have exactly one of jwksUri, jwksFile and hs256Secret",
    // Counts what is there, so that a source with a mistake of its own does not hide this one.
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
})
    .transform(({ jwksUri, jwksFile, hs256Secret = "" }) => {
    if (jwksUri !== undefined)
        return { jwksUri };
    return jwksFile !== undefined ? { jwksFile } : { hs256Secret };
});
const claims = z
    .strictObject({
    userId: text.default(standardClaims.userId),
    nickname: text.default(standardClaims.nickname),
    name: text.default(standardClaims.name),
    photo: text.default(standardClaims.photo),
    email: text.default(standardClaims.email),
    emailVerified: text.default(standardClaims.emailVerified),
    phone: text.default(standardClaims.phone),
    phoneVerified: text.default(standardClaims.phoneVerified),
})
    .prefault({});
const userPool = z
    .strictObject({
    id,
    issuer: poolIssuer,
    audience: oneOrMore(text),
    keys,
    algorithms: z
        .array(z.enum([...asymmetric, "HS256"]))
        .min(1, { error: "must not be empty" })
        .optional(),
    claims,
    furtherClaims: z.array(text).default([]),
    userInfoUri: trustedUrl.optional(),
})
    .transform((given) => ({
    ...given,
    algorithms: given.algorithms ?? ("hs256Secret" in given.keys ? ["HS256"] : defaultAlgorithms),
    userInfoUri: given.userInfoUri,
}));
const app = z
    .strictObject({
    id,
    name: text.max(128, { error: "must be at most 128 characters" }).optional(),
    logoUrl: pictureUrl.default(""),
    userPool: id,
    secretSha256: oneOrMore(sha256),
})
    .transform((given) => ({ ...given, name: given.name ?? given.id }));
/**
 * The configuration file: every key with its limits and its default. What two keys have to do with each other stands in
 * `checks.ts`; that both have been kept is known of what `loadConfig` answers, and of nothing else.
 */
export const fileSchema = z
    .strictObject({
    grpc,
    log,
    store,
    tickets,
    watch,
    tokens,
    tokenIssuer: tokenIssuer.optional(),
    userPools: z.array(userPool).default([]),
    apps: z.array(app).default([]),
    gateway: gateway.optional(),
})
    .transform((given) => ({
    ...given,
    tokenIssuer: given.tokenIssuer,
    gateway: given.gateway,
}));
