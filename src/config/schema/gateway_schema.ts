import * as z from "zod";
import { phoneRpcMethods, rpcMethods } from "../../domain/rpc_methods.js";
import { distinct, grpcTarget, handleKey, origin } from "./gateway_values.js";
import { metricsSchema } from "./metrics_schema.js";
import { trustedNetworks } from "./trusted_networks.js";
import {
  address,
  appName,
  duration,
  id,
  integer,
  logo,
  nonEmptyText,
  oneOrMore,
  serverTlsSettings,
} from "./values.js";

const serviceSchema = z
  .strictObject({
    address: grpcTarget.default("127.0.0.1:50051"),
    tls: z.boolean().optional(),
    caFile: nonEmptyText.optional(),
    certFile: nonEmptyText
      .optional()
      .describe("Certificate chain to present to the service. Needs keyFile, and turns TLS on."),
    keyFile: nonEmptyText.optional().describe("Private key of the certificate."),
  })
  .transform(({ address: target, tls, caFile, certFile, keyFile }) => ({
    ...{ address: target, tls, caFile, certFile, keyFile },
  }))
  .prefault({});

const gatewayAppSchema = z
  .strictObject({
    id,
    secret: nonEmptyText.optional(),
    secretFile: nonEmptyText.optional(),
    name: appName.optional(),
    logo: logo.optional(),
    origins: z.array(origin).default([]),
    bindToBrowser: z.boolean().default(true),
    requireCodeChallenge: z.boolean().default(true),
    exchangeFromBrowser: z.boolean().default(false),
    fullUserInStatus: z.boolean().default(false),
    pollByTicketId: z.boolean().default(false),
    pageFields: z.array(z.enum(["deviceName", "location", "scene", "customData"])).default([]),
  })
  .transform((given) => ({ ...given, secret: given.secret, name: given.name, logo: given.logo }));

/** Values of the settings that are left out, in a file and in a program. Durations are in milliseconds. */
export const gatewayDefaults = {
  handleTtl: 3_600_000,
  heartbeatInterval: 15_000,
  ticketTtl: 120_000,
  ticketsPerMinute: 600,
  callsPerMinute: 6_000,
  streams: 10_000,
  streamsPerAddress: 2_000,
  connections: 20_000,
  connectionsPerAddress: 5_000,
} as const;

/** Settings that have the same form in a configuration file and in the options of a program. */
export const gatewaySettings = {
  allowPlaintextOnNetwork: z.boolean().default(false),
  apps: z.array(gatewayAppSchema).min(1, { error: "must not be empty" }),
  authingApi: z.boolean().default(true),
  rpcMethods: distinct(z.array(z.enum(rpcMethods))).default([...phoneRpcMethods]),
};

/** Settings of a gateway that reads the headers of proxies itself. */
export const proxySettings = {
  trustedProxies: trustedNetworks.default([]),
  clientIpHeader: z.enum(["x-forwarded-for", "x-real-ip"]).default("x-forwarded-for"),
};

/** Limits that are counts. */
export const countLimits = {
  ticketsPerMinute: integer(1, 10_000_000).default(gatewayDefaults.ticketsPerMinute),
  callsPerMinute: integer(1, 10_000_000).default(gatewayDefaults.callsPerMinute),
  streams: integer(1, 1_000_000).default(gatewayDefaults.streams),
  streamsPerAddress: integer(1, 1_000_000).default(gatewayDefaults.streamsPerAddress),
};

/** Limits on connections. */
export const connectionLimits = {
  connections: integer(1, 1_000_000).default(gatewayDefaults.connections),
  connectionsPerAddress: integer(1, 1_000_000).default(gatewayDefaults.connectionsPerAddress),
};

/** The shortest and the longest value of each duration. */
export const durationLimits = {
  handleTtl: ["1m", "48h"],
  heartbeatInterval: ["1s", "5m"],
  ticketTtl: ["1s", "1h"],
  shutdownDelay: ["0s", "5m"],
  shutdownGracePeriod: ["0s", "10m"],
} as const;

/** Section `gateway`. */
export const gatewaySchema = z
  .strictObject({
    address: address.default("127.0.0.1:8080"),
    tls: z.strictObject(serverTlsSettings).optional(),
    metrics: metricsSchema,
    service: serviceSchema,
    ...gatewaySettings,
    handleKeys: distinct(oneOrMore(handleKey)),
    handleKeysFile: nonEmptyText.optional(),
    handleTtl: duration(...durationLimits.handleTtl).default(gatewayDefaults.handleTtl),
    heartbeatInterval: duration(...durationLimits.heartbeatInterval).default(
      gatewayDefaults.heartbeatInterval,
    ),
    ...proxySettings,
    limits: z
      .strictObject({
        ...countLimits,
        ticketTtl: duration(...durationLimits.ticketTtl).default(gatewayDefaults.ticketTtl),
        ...connectionLimits,
      })
      .prefault({}),
    shutdown: z
      .strictObject({
        delay: duration(...durationLimits.shutdownDelay)
          .prefault("0s")
          .describe("How long requests are still served after `/readyz` reports a stop."),
        drainTime: duration(...durationLimits.shutdownGracePeriod)
          .prefault("5s")
          .describe(
            "Time over which event streams are then handed over to other gateways. At most `gracePeriod`, and no " +
              "longer than it takes at 1,000 streams a second.",
          ),
        gracePeriod: duration(...durationLimits.shutdownGracePeriod)
          .prefault("10s")
          .describe("How long running requests have to finish after that delay."),
      })
      .prefault({}),
  })
  .transform((given) => ({ ...given, tls: given.tls }));
