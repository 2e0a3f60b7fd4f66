import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import type { Config } from "../config.js";
import { gatewaySchema } from "./gateway_schema.js";
import { metricsSchema } from "./metrics_schema.js";
import { type OutgoingSettings, outgoingSchema } from "./outgoing_schema.js";
import { appPolicySchema, policySchema } from "./policy_schema.js";
import { isMap, type ValidPart } from "./schema_tree.js";
import { storeSchema } from "./store_schema.js";
import { tokenIssuerSchema } from "./token_issuer_schema.js";
import { userPoolSchema } from "./user_pool_schema.js";
import {
  address,
  appName,
  certificateName,
  duration,
  id,
  imageUrl,
  integer,
  nonEmptyText,
  oneOrMore,
  serverTlsSettings,
  sha256,
} from "./values.js";

const grpcSchema = z
  .strictObject({
    address: address.default("127.0.0.1:50051"),
    tls: z
      .strictObject({
        ...serverTlsSettings,
        clientCaFile: nonEmptyText
          .optional()
          .describe("Authorities whose client certificates are accepted. Needs clientCertificates."),
        clientCertificates: z
          .enum(["none", "optional", "required"])
          .default("none")
          .describe(
            "Whether clients are asked for a certificate, and whether a connection without one is refused.",
          ),
      })
      .transform((given) => ({ ...given, clientCaFile: given.clientCaFile }))
      .optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    reflection: z.boolean().default(false),
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
        drainTime: duration("0s", "10m").prefault("5s"),
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
    secretSha256: oneOrMore(sha256).optional(),
    secretSha256File: nonEmptyText.optional(),
    certificateNames: oneOrMore(certificateName)
      .optional()
      .describe("Names in client certificates that stand for the app. With secretSha256, calls need both."),
    policy: appPolicySchema,
  })
  .refine(
    ({ secretSha256, certificateNames }) => secretSha256 !== undefined || certificateNames !== undefined,
    {
      path: ["secretSha256"],
      error: "is missing: an app needs secretSha256, certificateNames or both",
      // Also reported if another key of the app is invalid.
      when: ({ value }) => isMap(value),
    },
  )
  .transform((given) => ({
    ...given,
    name: given.name ?? given.id,
    secretSha256: given.secretSha256 ?? [],
    certificateNames: given.certificateNames ?? [],
  }));

const adminSchema = z.strictObject({
  id,
  secretSha256: oneOrMore(sha256),
  secretSha256File: nonEmptyText.optional(),
});

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
    outgoing: outgoingSchema,
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
  })) satisfies z.ZodType<Omit<Config, "development" | "outgoing"> & { outgoing: OutgoingSettings }>;

/** Valid part of a configuration file. */
export type PartialConfig = NonNullable<ValidPart<z.output<typeof configSchema>>>;
