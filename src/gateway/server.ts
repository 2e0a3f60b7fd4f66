import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { formatAddress } from "../base/address.js";
import { type Clock, systemClock } from "../base/clock.js";
import { createNetworkMatcher, parseNetworks } from "../base/ip_network.js";
import { describeListenError } from "../base/listen_error.js";
import { checkGatewayOptions, gatewayDefaults } from "../config/gateway_options.js";
import { createFastifyServer } from "./fastify_server.js";
import { type ClientIpHeader, sanitizeForwardedHeaders } from "./forwarded_headers.js";
import { addressKeyOf } from "./http/client_address.js";
import { observeRequests } from "./http/request_observer.js";
import {
  type ConnectionLimits,
  createHttpServer,
  type HttpServerTls,
  replaceCertificate,
} from "./http_server.js";
import { completeObserver, type GatewayObserver } from "./observer.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { registerGateway } from "./plugin.js";
import { limitPipelining, takeTurns } from "./request_turns.js";

/** Options of a gateway that runs as a separate server. */
export interface GatewayServerOptions extends Omit<GatewayOptions, "limits"> {
  readonly limits?: Partial<GatewayLimits & ConnectionLimits> | undefined;
  readonly host: string;
  /** TCP port. 0 lets the system choose. */
  readonly port: number;
  /** Certificate chain and private key as PEM. Without them the server speaks plain HTTP. */
  readonly tls?: HttpServerTls | undefined;
  /** Addresses and networks (CIDR) of the proxies whose forwarded headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** The header in which those proxies report the client's address. `x-forwarded-for` by default. */
  readonly clientIpHeader?: ClientIpHeader | undefined;
  readonly log: Logger;
  /** Time that running requests have to finish when the server stops, in milliseconds. */
  readonly shutdownGracePeriodMs: number;
  /** Adds further routes, such as the demo's. */
  readonly extend?: ((server: FastifyInstance) => Promise<void>) | undefined;
}

export interface GatewayServer {
  /** The bound address, as `HOST:PORT`. */
  readonly address: string;
  /** Uses another certificate for connections from now on. It must have been checked. No effect without TLS. */
  replaceCertificate(tls: HttpServerTls): void;
  /**
   * Stops the server. Running requests may finish within `shutdownGracePeriodMs`; then their connections are
   * closed. The call is idempotent.
   */
  stop(): Promise<void>;
}

/**
 * Starts a gateway. Resolves when it listens.
 *
 * @throws Error with a one-line message if it cannot listen.
 * @throws TypeError with all problems if options are invalid.
 */
export async function startGateway(
  options: GatewayServerOptions,
  clock: Clock = systemClock,
): Promise<GatewayServer> {
  checkGatewayOptions("server", options);
  const { host, port } = options;
  const observer = completeObserver(options.observer);
  const server = createServer(options, observer);
  if (observer) observeRequests(server, observer);
  try {
    await registerGateway(server, options, clock, true);
    server.get("/healthz", async (_request, reply) => {
      reply.header("cache-control", "no-store");
      return { status: "ok" };
    });
    await options.extend?.(server);
    // Suppresses fastify's own start line. It would precede ours, which reports that everything is ready.
    const { level } = server.log;
    server.log.level = "warn";
    await server.listen({ host, port });
    server.log.level = level;
  } catch (error) {
    await server.close();
    throw error instanceof Error && "syscall" in error
      ? new Error(
          `cannot listen on ${formatAddress({ host, port })}: ${describeListenError(error.message)}`,
          {
            cause: error,
          },
        )
      : error;
  }
  let stopped: Promise<void> | undefined;
  return {
    address: boundAddressOf(server, host),
    replaceCertificate: (tls) => replaceCertificate(server.server, tls),
    stop() {
      stopped ??= stop(server, options.shutdownGracePeriodMs, clock);
      return stopped;
    },
  };
}

function createServer(options: GatewayServerOptions, observer: GatewayObserver | undefined): FastifyInstance {
  const { tls, trustedProxies, clientIpHeader = "x-forwarded-for", log, limits } = options;
  const forwardedRules = {
    isTrustedProxy: createNetworkMatcher(parseNetworks(trustedProxies)),
    clientIpHeader,
  };
  const {
    connections = gatewayDefaults.connections,
    connectionsPerAddress = gatewayDefaults.connectionsPerAddress,
  } = limits ?? {};
  // sanitizeForwardedHeaders has left this header only if a trusted proxy sent the request.
  const addressOf = ({ headers, socket }: IncomingMessage) =>
    addressKeyOf({ ip: String(headers["x-forwarded-for"] ?? socket.remoteAddress ?? "") });
  return createFastifyServer(log, (handler) => {
    const inTurns = takeTurns(handler, addressOf);
    return createHttpServer(
      limitPipelining(
        (request, response) => {
          sanitizeForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", forwardedRules);
          inTurns(request, response);
        },
        () => observer?.limitExceeded("pipelined_requests"),
      ),
      { tls, trustedProxies, connections, connectionsPerAddress, observer },
    );
  });
}

async function stop(server: FastifyInstance, gracePeriodMs: number, clock: Clock): Promise<void> {
  const cancelTimeout = clock.after(gracePeriodMs, () => server.server.closeAllConnections());
  try {
    await server.close();
  } finally {
    cancelTimeout();
  }
}

function boundAddressOf(server: FastifyInstance, host: string): string {
  const bound = server.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return formatAddress({ host, port });
}
