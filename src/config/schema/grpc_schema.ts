import * as z from "zod";
import { privateNetworks, trustedNetworks } from "./trusted_networks.js";
import { address, duration, integer, nonEmptyText, serverTlsSettings } from "./values.js";

/** Section `grpc`: the listener of the service and its limits. */
export const grpcSchema = z
  .strictObject({
    address: address
      .default("127.0.0.1:50051")
      .describe(
        "Where the gRPC server listens. Plain text on an address other than loopback needs " +
          "`grpc.allowPlaintextOnNetwork`.",
      ),
    tls: z
      .strictObject({
        ...serverTlsSettings,
        clientCaFile: nonEmptyText
          .optional()
          .describe("Authorities whose [client certificates](tls.md#client-certificates) are accepted."),
        clientCertificates: z
          .enum(["none", "optional", "required"])
          .default("none")
          .describe(
            "Whether clients are asked for a certificate. `required` refuses every connection without a valid one, " +
              "also those of health probes.",
          ),
      })
      .transform((given) => ({ ...given, clientCaFile: given.clientCaFile }))
      .optional(),
    allowPlaintextOnNetwork: z
      .boolean()
      .default(false)
      .describe(
        "Whether to serve plain text on the network. Only for use behind a proxy that terminates TLS.",
      ),
    reflection: z.boolean().default(false).describe("Whether to serve reflection. True in development mode."),
    traceContextFrom: trustedNetworks
      .default([...privateNetworks])
      .describe(
        "Networks of the callers whose [traces](tracing.md) are continued. Those of others are only linked.",
      ),
    maxConnectionAge: duration("0s", "24h")
      .prefault("30m")
      .describe(
        "Age at which a client is asked to open a new connection, so that added nodes get their share. " +
          "Varies by a tenth. Running calls continue. 0s: no limit.",
      ),
    limits: z
      .strictObject({
        messageBytes: integer(4096, 4_194_304).default(65_536).describe("Largest request that is accepted."),
        connections: integer(1, 1_000_000)
          .default(10_000)
          .describe("Connections in total. See [Floods](deployment.md#floods)."),
        connectionsPerAddress: integer(1, 1_000_000)
          .default(2_000)
          .describe(
            "Connections of one IPv4 address or one IPv6 network of 64 bits. A proxy is one address.",
          ),
        handshakeTimeout: duration("100ms", "5m")
          .prefault("10s")
          .describe(
            "How long a new connection may take to complete its TLS handshake and its HTTP/2 preface.",
          ),
        requestTimeout: duration("100ms", "5m")
          .prefault("10s")
          .describe(
            "How long a request may take to arrive, and a response to be read. Does not limit a watch.",
          ),
        incompleteRequests: integer(1, 1_000_000)
          .default(2_000)
          .describe(
            "Requests that have begun to arrive, in total. Each counts once per 2 KiB of its metadata. " +
              "Beyond the limit, the oldest of those that are older than a second are ended.",
          ),
        streamsPerConnection: integer(1, 1_000_000)
          .default(1_000)
          .describe("Calls and watches of one connection. Clients know the limit, and wait."),
        streamResetRate: integer(1, 1_000_000)
          .default(1_000)
          .describe(
            "Calls and watches per second that a client may cancel on one connection, in addition to " +
              "`streamsPerConnection` at once. Beyond it, [the connection is " +
              "closed](deployment.md#cancelled-calls). Needs Node.js 22.10 or later.",
          ),
        metadataBytes: integer(4_096, 65_536)
          .default(20_480)
          .describe(
            "Metadata of one call: names, values, and 32 bytes per entry. A user token has up to 16384 bytes.",
          ),
        healthWatches: integer(1, 1_000_000)
          .default(1_000)
          .describe("Watches of the health service, at most 100 of them on one connection."),
        watches: integer(1, 10_000_000)
          .default(50_000)
          .describe("Open watches of all apps together. One more is rejected with `TOO_MANY_WATCHES`."),
        watchesPerApp: integer(1, 10_000_000)
          .default(25_000)
          .describe(
            "Open watches of one app. A gateway with 10,000 event streams watches up to 20,000 tickets.",
          ),
        callsPerApp: integer(1, 1_000_000)
          .default(2_000)
          .describe(
            "Unary calls in progress of one app, or of one user's phone. One more is rejected with " +
              "`RATE_LIMITED`.",
          ),
      })
      .prefault({}),
    keepalive: z
      .strictObject({
        interval: duration("1s", "1h").prefault("30s").describe("How often a quiet connection is pinged."),
        timeout: duration("100ms", "5m")
          .prefault("10s")
          .describe("How long the response to a ping may take."),
      })
      .prefault({}),
    shutdown: z
      .strictObject({
        delay: duration("0s", "5m")
          .prefault("0s")
          .describe("How long calls are still served after health reports NOT_SERVING."),
        drainTime: duration("0s", "10m")
          .prefault("5s")
          .describe(
            "Time over which connections and watches are then handed over to other nodes. At most `gracePeriod`, and " +
              "no longer than it takes at 1,000 watches a second.",
          ),
        gracePeriod: duration("0s", "10m")
          .prefault("10s")
          .describe("How long running calls have to finish after that delay."),
      })
      .prefault({}),
  })
  .transform((given) => ({ ...given, tls: given.tls }))
  .prefault({});
