import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import type { Config } from "../config.js";
import { gatewaySchema } from "./gateway_schema.js";
import { metricsSchema } from "./metrics_schema.js";
import { appPolicySchema, policySchema } from "./policy_schema.js";
import type { ValidPart } from "./schema_tree.js";
import { storeSchema } from "./store_schema.js";
import { tokenIssuerSchema } from "./token_issuer_schema.js";
import { privateNetworks, trustedNetworks } from "./trusted_networks.js";
import { userPoolSchema } from "./user_pool_schema.js";
import {
  address,
  appName,
  duration,
  id,
  imageUrl,
  integer,
  oneOrMore,
  serverTlsSettings,
  sha256,
} from "./values.js";

const grpcSchema = z
  .strictObject({
    address: address.default("127.0.0.1:50051"),
    tls: z.strictObject(serverTlsSettings).optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    reflection: z.boolean().default(false),
    traceContextFrom: trustedNetworks
      .default([...privateNetworks])
      .describe("Networks of the callers whose traces are continued. Those of others are only linked."),
    maxConnectionAge: duration("0s", "24h").prefault("30m"),
    limits: z
      .strictObject({
        messageBytes: integer(4096, 4_194_304).default(65_536),
        connections: integer(1, 1_000_000).default(10_000),
        connectionsPerAddress: integer(1, 1_000_000).default(2_000),
        handshakeTimeout: duration("100ms", "5m").prefault("10s"),
        requestTimeout: duration("100ms", "5m").prefault("10s"),
        incompleteRequests: integer(1, 1_000_000).default(2_000),
        streamsPerConnection: integer(1, 1_000_000).default(1_000),
        streamResetRate: integer(1, 1_000_000).default(1_000),
        metadataBytes: integer(4_096, 65_536).default(20_480),
        healthWatches: integer(1, 1_000_000).default(1_000),
        watches: integer(1, 10_000_000).default(50_000),
        watchesPerApp: integer(1, 10_000_000).default(25_000),
        callsPerApp: integer(1, 1_000_000).default(2_000),
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
        gracePeriod: duration("0s", "10m").prefault("10s"),
      })
      .prefault({}),
  })
  .transform((given) => ({ ...given, tls: given.tls }))
  .prefault({});

const logSchema = z
  .strictObject({
    level: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    format: z.enum(["auto", "json", "pretty"]).default("auto"),
    time: z.enum(["epoch", "iso"]).default("epoch"),
    levels: z.enum(["number", "name"]).default("number"),
  })
  .prefault({});

const reloadSchema = z
  .strictObject({
    interval: duration("0s", "1h")
      .refine((ms) => ms === 0 || ms >= 1_000, { error: "must be 0s, or 1s to 1h" })
      .prefault("10s"),
  })
  .prefault({});

const ticketsSchema = z
  .strictObject({
    ttl: duration("1s", "1h").prefault("120s"),
    minTtl: duration("1s", "1h").prefault("30s"),
    maxTtl: duration("1s", "1h").prefault("600s"),
    authorizedTtl: duration("1s", "1h").prefault("300s"),
    checkCodeTtl: duration("10s", "1h").prefault("60s"),
    retention: duration("1s", "24h").prefault("600s"),
    minPollInterval: duration("0s", "1m").prefault("500ms"),
    // A QR code holds 1,273 bytes at the highest error correction. The other fields take up to 249 of them.
    maxCustomDataBytes: integer(0, fieldLimits.customDataBytes).default(512),
  })
  .prefault({});

const watchSchema = z
  .strictObject({
    heartbeatInterval: duration("1s", "5m").prefault("15s"),
    maxPerTicket: integer(1, 100).default(4),
  })
  .prefault({});

const userTokensSchema = z
  .strictObject({
    clockTolerance: duration("0s", "5m").prefault("30s"),
    cacheSize: integer(1, 1_000_000).default(10_000),
    cacheMaxAge: duration("1s", "5m").prefault("5m"),
    issuerTimeout: duration("100ms", "1m").prefault("5s"),
  })
  .prefault({});

const appSchema = z
  .strictObject({
    id,
    name: appName.optional(),
    logoUrl: imageUrl.default(""),
    userPool: id,
    secretSha256: oneOrMore(sha256),
    policy: appPolicySchema,
  })
  .transform((given) => ({ ...given, name: given.name ?? given.id }));

const adminSchema = z.strictObject({ id, secretSha256: oneOrMore(sha256) });

/**
 * Schema of the configuration file: every key with its limits and its default. Rules between keys are in
 * `check_config.ts`. Only the result of `loadConfig` satisfies both.
 */
export const configSchema = z
  .strictObject({
    grpc: grpcSchema,
    log: logSchema,
    metrics: metricsSchema,
    reload: reloadSchema,
    store: storeSchema,
    tickets: ticketsSchema,
    watch: watchSchema,
    userTokens: userTokensSchema,
    policy: policySchema,
    tokenIssuer: tokenIssuerSchema.optional(),
    userPools: z.array(userPoolSchema).default([]),
    apps: z.array(appSchema).default([]),
    admins: z.array(adminSchema).default([]),
    gateway: gatewaySchema.optional(),
  })
  .transform((given) => ({
    ...given,
    tokenIssuer: given.tokenIssuer,
    gateway: given.gateway,
  })) satisfies z.ZodType<Omit<Config, "development">>;

/** Valid part of a configuration file. */
export type PartialConfig = NonNullable<ValidPart<z.output<typeof configSchema>>>;
