import * as z from "zod";
import { distinct, handleKey, issuerUrl, origin, target } from "./gateway_values.js";
import { trustedNetworks } from "./trusted_networks.js";
import { address, certificateFiles, count, duration, id, oneOrMore, text } from "./values.js";
/** Section `tokenIssuer`. */
export const tokenIssuer = z.strictObject({
    issuer: issuerUrl,
    keys: z.array(z.strictObject({ file: text })).min(1, { error: "must not be empty" }),
    lifetime: duration("1m", "24h").prefault("1h"),
});
const service = z
    .strictObject({
    address: target.default("127.0.0.1:50051"),
    tls: z.boolean().optional(),
    caFile: text.optional(),
})
    .transform((given) => ({ ...given, tls: given.tls, caFile: given.caFile }))
    .prefault({});
const app = z.strictObject({
    id,
    secret: text,
    origins: z.array(origin).default([]),
    bindToBrowser: z.boolean().default(true),
    requireCodeChallenge: z.boolean().default(true),
    exchangeFromBrowser: z.boolean().default(false),
    fullUserInStatus: z.boolean().default(false),
    pollByTicketId: z.boolean().default(false),
    pageFields: z.array(z.enum(["deviceName", "location", "scene", "customData"])).default([]),
});
/** Section `gateway`. */
export const gateway = z
    .strictObject({
    address: address.default("127.0.0.1:8080"),
    tls: certificateFiles.optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    service,
    apps: z.array(app).min(1, { error: "must not be empty" }),
    handleKeys: distinct(oneOrMore(handleKey)),
    hostedApi: z.boolean().default(true),
    handleMaxAge: duration("1m", "48h").prefault("1h"),
    heartbeat: duration("1s", "5m").prefault("15s"),
    trustedProxies: trustedNetworks.default([]),
    clientAddressHeader: z.enum(["x-forwarded-for", "x-real-ip"]).default("x-forwarded-for"),
    limits: z
        .strictObject({
        createsPerMinute: count(1, 10_000_000).default(600),
        callsPerMinute: count(1, 10_000_000).default(6000),
        maxTtl: duration("1s", "1h").prefault("120s"),
        streams: count(1, 1_000_000).default(10_000),
        streamsPerAddress: count(1, 1_000_000).default(2000),
        connections: count(1, 1_000_000).default(20_000),
        connectionsPerAddress: count(1, 1_000_000).default(5000),
    })
        .prefault({}),
    shutdown: z.strictObject({ deadline: duration("0s", "10m").prefault("10s") }).prefault({}),
})
    .transform((given) => ({ ...given, tls: given.tls }));
