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
    address: grpcTarget
      .default("127.0.0.1:50051")
      .describe(
        "The gRPC service to call. Targets are `dns:///HOST:PORT`, a list such as " +
          "`ipv4:10.0.0.1:50051,10.0.0.2:50051` (`ipv6:` likewise), and `unix:/PATH`. Calls are " +
          "distributed among all addresses.",
      ),
    tls: z
      .boolean()
      .optional()
      .describe(
        "Whether to call the service over TLS. True by default, except on loopback. `false` for another " +
          "machine needs `gateway.allowPlaintextOnNetwork`, because the apps' secrets cross the network.",
      ),
    caFile: nonEmptyText
      .optional()
      .describe("Root certificates to trust instead of the system's. Turns TLS on."),
    certFile: nonEmptyText
      .optional()
      .describe(
        "Certificate chain to present to the service. Needs `gateway.service.keyFile`; turns TLS on.",
      ),
    keyFile: nonEmptyText.optional().describe("Private key of the certificate."),
  })
  .transform(({ address: target, tls, caFile, certFile, keyFile }) => ({
    ...{ address: target, tls, caFile, certFile, keyFile },
  }))
  .prefault({});

const gatewayAppSchema = z
  .strictObject({
    id: id.describe("Id of the app at the service, each once."),
    secret: nonEmptyText
      .optional()
      .describe(
        "The app's secret itself. If the file also has `apps`, `check-config` requires that it matches a " +
          "digest of the same app.",
      ),
    secretFile: nonEmptyText.optional().describe("A [file](secrets.md) with this secret."),
    name: appName
      .optional()
      .describe("Name that pages show above the code. The service's `apps[].name` is what phones show."),
    logo: logo
      .optional()
      .describe(
        "Logo that pages show beside the name. The response to each new ticket contains it, so keep a " +
          "data URL small. The content security policy of a page has to allow it in `img-src`.",
      ),
    origins: z
      .array(origin)
      .default([])
      .describe("Other origins whose pages may call. Pages of the gateway's own origin always may."),
    bindToBrowser: z
      .boolean()
      .default(true)
      .describe(
        "Whether a handle of the gateway's own API works only in the browser it was made for, which a " +
          "cookie identifies.",
      ),
    requireCodeChallenge: z
      .boolean()
      .default(true)
      .describe(
        "Whether a page receives the exchange ticket only if its ticket was created with a " +
          "`codeChallenge`; see [gateway.md](gateway.md).",
      ),
    exchangeFromBrowser: z
      .boolean()
      .default(false)
      .describe("Whether the browser that a ticket was made for may exchange it without the app's secret."),
    fullUserInStatus: z
      .boolean()
      .default(false)
      .describe(
        "Authing API: whether the status call itself makes the exchange and returns the complete user. Not with `pollByTicketId`.",
      ),
    pollByTicketId: z
      .boolean()
      .default(false)
      .describe(
        "Authing API: whether the ticket id, which is in the code, is enough to poll. Whoever sees the " +
          "code can then take over the sign-in.",
      ),
    pageFields: z
      .array(z.enum(["deviceName", "location", "scene", "customData"]))
      .default([])
      .describe(
        "Fields that pages may set in the tickets that they create. Pages have no credential: the phone " +
          "shows these fields as claimed by the page. Other fields are rejected.",
      ),
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
  allowPlaintextOnNetwork: z
    .boolean()
    .default(false)
    .describe(
      "Whether plain text may cross the network, to the gateway and from it to the service. Only for " +
        "use behind a proxy that terminates TLS, or where something else encrypts the traffic.",
    ),
  apps: z
    .array(gatewayAppSchema)
    .min(1, { error: "must not be empty" })
    .describe("The apps that the gateway acts for."),
  authingApi: z
    .boolean()
    .default(true)
    .describe("Whether to serve the Authing-compatible API too; see [authing-api.md](authing-api.md)."),
  rpcMethods: distinct(z.array(z.enum(rpcMethods)))
    .default([...phoneRpcMethods])
    .describe(
      "Methods that phones can call over Connect and gRPC-Web; see " +
        "[gateway.md](gateway.md#connect-and-grpc-web). An empty list turns both off.",
    ),
};

/** Settings of a gateway that reads the headers of proxies itself. */
export const proxySettings = {
  trustedProxies: trustedNetworks
    .default([])
    .describe(
      "The proxies in front whose forwarded headers are believed. Whoever has such an address can " +
        "pretend to have any other, so list only the proxies.",
    ),
  clientIpHeader: z
    .enum(["x-forwarded-for", "x-real-ip"])
    .default("x-forwarded-for")
    .describe(
      "The one header of a trusted proxy that gives the client's address. Proxies pass on the other " +
        "one unchecked.",
    ),
};

/** Limits that are counts. */
export const countLimits = {
  ticketsPerMinute: integer(1, 10_000_000)
    .default(gatewayDefaults.ticketsPerMinute)
    .describe(
      "Tickets that one address (IPv6: one /64) may create per minute. An IPv6 /48 may create four " +
        "times as many.",
    ),
  callsPerMinute: integer(1, 10_000_000)
    .default(gatewayDefaults.callsPerMinute)
    .describe("Other calls of one address per minute. Status calls are not counted."),
  streams: integer(1, 1_000_000)
    .default(gatewayDefaults.streams)
    .describe("Open event streams in total. Beyond it, the address that has the most loses its newest."),
  streamsPerAddress: integer(1, 1_000_000)
    .default(gatewayDefaults.streamsPerAddress)
    .describe(
      "Event streams of one address, and four times as many of an IPv6 /48. Never more than half of " +
        "the total.",
    ),
};

/** Limits on connections. */
export const connectionLimits = {
  connections: integer(1, 1_000_000)
    .default(gatewayDefaults.connections)
    .describe(
      "Open connections in total. Beyond it, the address that has the most loses its newest. Trusted " +
        "proxies may have as many again.",
    ),
  connectionsPerAddress: integer(1, 1_000_000)
    .default(gatewayDefaults.connectionsPerAddress)
    .describe("Connections of one address that is not a trusted proxy. Further ones are closed at once."),
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
    address: address
      .default("127.0.0.1:8080")
      .describe(
        "Where the gateway listens. Plain text on an address other than loopback needs " +
          "`gateway.allowPlaintextOnNetwork`.",
      ),
    tls: z.strictObject(serverTlsSettings).optional(),
    metrics: metricsSchema,
    service: serviceSchema,
    ...gatewaySettings,
    handleKeys: distinct(oneOrMore(handleKey)).describe(
      "Keys that encrypt the handles of the pages. The first one encrypts; all of them decrypt. Every " +
        "gateway of a site needs the same keys, each once.",
    ),
    handleKeysFile: nonEmptyText
      .optional()
      .describe("A [file](secrets.md) with these keys, one on each line."),
    handleTtl: duration(...durationLimits.handleTtl)
      .default(gatewayDefaults.handleTtl)
      .describe("Lifetime of a handle. Must be longer than that of a ticket."),
    heartbeatInterval: duration(...durationLimits.heartbeatInterval)
      .default(gatewayDefaults.heartbeatInterval)
      .describe("Interval at which a quiet event stream sends a comment."),
    ...proxySettings,
    traceContextFrom: trustedNetworks
      .default([])
      .describe("Networks of the callers whose traces are continued: proxies that begin a trace themselves."),
    limits: z
      .strictObject({
        ...countLimits,
        ticketTtl: duration(...durationLimits.ticketTtl)
          .default(gatewayDefaults.ticketTtl)
          .describe(
            "Longest lifetime that a page may request for its ticket. A longer one is lowered to this. The " +
              "service's `tickets.maxTtl` applies too.",
          ),
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
