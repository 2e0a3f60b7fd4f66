import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import type { Config } from "../config.js";
import { gatewaySchema } from "./gateway_schema.js";
import { grpcSchema } from "./grpc_schema.js";
import { metricsSchema } from "./metrics_schema.js";
import { type OutgoingSettings, outgoingSchema } from "./outgoing_schema.js";
import { appPolicySchema, policySchema } from "./policy_schema.js";
import { isMap, type ValidPart } from "./schema_tree.js";
import { storeSchema } from "./store_schema.js";
import { tokenIssuerSchema } from "./token_issuer_schema.js";
import { userPoolSchema } from "./user_pool_schema.js";
import {
  appName,
  certificateName,
  duration,
  id,
  imageUrl,
  integer,
  nonEmptyText,
  oneOrMore,
  sha256,
} from "./values.js";

const logSchema = z
  .strictObject({
    level: z
      .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
      .default("info")
      .describe(
        "The lowest level that is written. From `info` on, floods of errors are [summed " +
          "up](deployment.md#the-log).",
      ),
    format: z
      .enum(["auto", "json", "pretty"])
      .default("auto")
      .describe(
        "`json`: one object a line, for machines. `pretty`: for people. `auto`: `pretty` in development mode on a " +
          "terminal, `json` elsewhere.",
      ),
    time: z
      .enum(["epoch", "iso"])
      .default("epoch")
      .describe("The time of a JSON line: milliseconds since 1970, or ISO 8601 in UTC."),
    levels: z
      .enum(["number", "name"])
      .default("number")
      .describe('The level of a JSON line: `30`, or `"info"`.'),
  })
  .prefault({});

const reloadSchema = z
  .strictObject({
    interval: duration("0s", "1h")
      .refine((ms) => ms === 0 || ms >= 1_000, { error: "must be 0s, or 1s to 1h" })
      .prefault("10s")
      .meta({
        description:
          "How often the configuration file, and the files that it names, are compared with what is in use. 0s: " +
          "[reload](#reloading) on SIGHUP only.",
        limits: "0s, or 1s to 1h",
      }),
  })
  .prefault({});

const ticketsSchema = z
  .strictObject({
    ttl: duration("1s", "1h")
      .prefault("120s")
      .describe("Lifetime of a ticket if its creator does not request one, between `minTtl` and `maxTtl`."),
    minTtl: duration("1s", "1h")
      .prefault("30s")
      .describe("A shorter requested lifetime is raised to this. Up to `maxTtl`."),
    maxTtl: duration("1s", "1h").prefault("600s").describe("A longer requested lifetime is lowered to this."),
    authorizedTtl: duration("1s", "1h")
      .prefault("300s")
      .describe("Lifetime of the exchange ticket, from the approval, or from the right check code."),
    checkCodeTtl: duration("10s", "1h")
      .prefault("60s")
      .describe("How long a user has at least to type the check code, from the approval."),
    retention: duration("1s", "24h")
      .prefault("600s")
      .describe("How long a finished ticket is kept, so that its creator still learns how it ended."),
    minPollInterval: duration("0s", "1m")
      .prefault("500ms")
      .describe(
        "The minimum interval between two polls of a ticket, which clients receive with it. A poll that " +
          "comes more than half an interval early is rejected with `RATE_LIMITED`. 0s: every poll is " +
          "allowed.",
      ),
    // A QR code holds 1,273 bytes at the highest error correction. The other fields take up to 249 of them.
    maxCustomDataBytes: integer(0, fieldLimits.customDataBytes)
      .default(512)
      .describe(
        "Largest custom data, in bytes as drawn: JSON in ASCII, other characters as `\\uXXXX`. A larger " +
          "limit makes codes hard to scan.",
      ),
  })
  .prefault({});

const watchSchema = z
  .strictObject({
    heartbeatInterval: duration("1s", "5m")
      .prefault("15s")
      .describe("Interval after which an unchanged status is sent again."),
    maxPerTicket: integer(1, 100).default(4).describe("Watches of one ticket. One more ends the oldest."),
  })
  .prefault({});

const userTokensSchema = z
  .strictObject({
    clockTolerance: duration("0s", "5m")
      .prefault("30s")
      .describe("How far the clocks of issuer and service may differ."),
    cacheSize: integer(1, 1_000_000).default(10_000).describe("How many verified tokens are cached."),
    cacheMaxAge: duration("1s", "5m")
      .prefault("5m")
      .describe(
        "Maximum age of an issuer's cached keys, and of a cached verification. Keys are read earlier for " +
          "a token with an unknown key; see [User pools](#user-pools).",
      ),
    issuerTimeout: duration("100ms", "1m")
      .prefault("5s")
      .describe(
        "How long the issuer's JWKS, introspection and UserInfo endpoints may take. An endpoint that " +
          "fails three times in a row (UserInfo: for three users) is not called for 1 s, growing to 10 s. " +
          "Meanwhile, calls that need it are rejected at once.",
      ),
  })
  .prefault({});

const appSchema = z
  .strictObject({
    id: id.describe("Name of the app, each once, used as the user name of its credential."),
    name: appName.optional().meta({ description: "The name that the approver sees.", preset: "the id" }),
    logoUrl: imageUrl.default("").describe("The logo that the approver sees."),
    userPool: id.describe("The pool whose users can sign in to the app."),
    secretSha256: oneOrMore(sha256)
      .optional()
      .describe(
        "SHA-256 of each accepted secret. Only an app with `certificateNames` can do without. Digests of public " +
          "secrets, such as `demo-secret`, are rejected.",
      ),
    secretSha256File: nonEmptyText
      .optional()
      .describe("A [file](secrets.md) with these digests, one on each line."),
    certificateNames: oneOrMore(certificateName)
      .optional()
      .meta({
        description:
          "Names in [client certificates](tls.md#client-certificates) that stand for the app. With `secretSha256`, " +
          "each call needs both.",
        limits: "one entry or more, URIs or DNS names, each once",
      }),
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
  id: id.describe(
    "Name of the administrator, each once, the user name of its credential and listed with what it disables.",
  ),
  secretSha256: oneOrMore(sha256).describe(
    "SHA-256 of each accepted secret. Not that of an app or of another administrator.",
  ),
  secretSha256File: nonEmptyText
    .optional()
    .describe("A [file](secrets.md) with these digests, one on each line."),
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
    userPools: z.array(userPoolSchema).default([]).meta({
      description: "The tenants whose users may approve.",
      preset: "–",
      limits: "one entry or more",
    }),
    apps: z.array(appSchema).default([]).meta({
      description: "The websites' backends that may request sign-ins.",
      preset: "–",
      limits: "one entry or more",
    }),
    admins: z.array(adminSchema).default([]).describe("The administrators."),
    gateway: gatewaySchema.optional(),
  })
  .transform((given) => ({
    ...given,
    tokenIssuer: given.tokenIssuer,
    gateway: given.gateway,
  })) satisfies z.ZodType<Omit<Config, "development" | "outgoing"> & { outgoing: OutgoingSettings }>;

/** Valid part of a configuration file. */
export type PartialConfig = NonNullable<ValidPart<z.output<typeof configSchema>>>;
