import * as z from "zod";
import { phoneRpcMethods, rpcMethods } from "../../domain/rpc_methods.js";
import { distinct, grpcTarget, handleKey, origin } from "./gateway_values.js";
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
  tlsFiles,
} from "./values.js";

const serviceSchema = z
  .strictObject({
    address: grpcTarget.default("127.0.0.1:50051"),
    tls: z.boolean().optional(),
    caFile: nonEmptyText.optional(),
  })
  .transform((given) => ({ ...given, tls: given.tls, caFile: given.caFile }))
  .prefault({});

const gatewayAppSchema = z
  .strictObject({
    id,
    secret: nonEmptyText,
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
  .transform((given) => ({ ...given, name: given.name, logo: given.logo }));

/** Section `gateway`. */
export const gatewaySchema = z
  .strictObject({
    address: address.default("127.0.0.1:8080"),
    tls: tlsFiles.optional(),
    allowPlaintextOnNetwork: z.boolean().default(false),
    service: serviceSchema,
    apps: z.array(gatewayAppSchema).min(1, { error: "must not be empty" }),
    handleKeys: distinct(oneOrMore(handleKey)),
    authingApi: z.boolean().default(true),
    rpcMethods: distinct(z.array(z.enum(rpcMethods))).default([...phoneRpcMethods]),
    handleTtl: duration("1m", "48h").prefault("1h"),
    heartbeatInterval: duration("1s", "5m").prefault("15s"),
    trustedProxies: trustedNetworks.default([]),
    clientIpHeader: z.enum(["x-forwarded-for", "x-real-ip"]).default("x-forwarded-for"),
    limits: z
      .strictObject({
        ticketsPerMinute: integer(1, 10_000_000).default(600),
        callsPerMinute: integer(1, 10_000_000).default(6000),
        ticketTtl: duration("1s", "1h").prefault("120s"),
        streams: integer(1, 1_000_000).default(10_000),
        streamsPerAddress: integer(1, 1_000_000).default(2000),
        connections: integer(1, 1_000_000).default(20_000),
        connectionsPerAddress: integer(1, 1_000_000).default(5000),
      })
      .prefault({}),
    shutdown: z.strictObject({ gracePeriod: duration("0s", "10m").prefault("10s") }).prefault({}),
  })
  .transform((given) => ({ ...given, tls: given.tls }));
