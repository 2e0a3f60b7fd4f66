import type { IncomingMessage } from "node:http";
import { Server as TcpServer } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { formatAddress } from "../base/address.js";
import { type Clock, systemClock } from "../base/clock.js";
import { drainGradually } from "../base/drain_gradually.js";
import { createNetworkMatcher, parseNetworks } from "../base/ip_network.js";
import { describeListenError } from "../base/listen_error.js";
import { checkGatewayOptions, gatewayDefaults } from "../config/gateway_options.js";
import type { GatewayContext, ReloadableSettings } from "./context.js";
import { createFastifyServer } from "./fastify_server.js";
import { type ClientIpHeader, sanitizeForwardedHeaders } from "./forwarded_headers.js";
import { addressKeyOf } from "./http/client_address.js";
import { observeRequests } from "./http/request_observer.js";
import { type RequestTracer, traceRequests } from "./http/request_tracer.js";
import {
  type ConnectionLimits,
  createHttpServer,
  type HttpServerTls,
  replaceCertificate,
} from "./http_server.js";
import { completeObserver, type GatewayObserver } from "./observer.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { registerGateway } from "./plugin.js";
import { addReadiness, type Readiness } from "./readiness.js";
import { limitPipelining, takeTurns } from "./request_turns.js";
import { createServiceCheck, monitorService, type ServiceMonitor } from "./service_monitor.js";

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
  /** Makes a span of each request. Without it, requests are not traced. */
  readonly tracer?: RequestTracer | undefined;
  /**
   * Time for which requests are still served after `/readyz` reports a stop, in milliseconds, so that load balancers
   * notice. 0 by default.
   */
  readonly shutdownDelayMs?: number | undefined;
  /**
   * Time over which event streams are then handed over to other gateways, in milliseconds; at most the grace period.
   * 5,000 by default.
   */
  readonly shutdownDrainTimeMs?: number | undefined;
  /** Time that running requests then have to finish, in milliseconds. */
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
   * Prepares other apps, keys and another log level. Returns a function that applies them to requests from then on.
   *
   * @throws TypeError if there is no app or no key.
   */
  prepareSettings(settings: ReloadableSettings & { readonly logLevel: string }): () => void;
  /**
   * Stops the server. `/readyz` reports it at once. After `shutdownDelayMs` the port is closed, event streams end
   * gradually, and running requests may finish within `shutdownGracePeriodMs`; then their connections are closed. The
   * call is idempotent.
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
  if (options.tracer) traceRequests(server, options.tracer);
  if (observer) observeRequests(server, observer);
  let monitor: ServiceMonitor | undefined;
  let stopServer: () => Promise<void>;
  let context: GatewayContext;
  try {
    context = await registerGateway(server, options, clock, true);
    const check = createServiceCheck(context.forwardingClient);
    monitor = monitorService({ check, clock, log: options.log });
    stopServer = createStop(server, addReadiness(server, monitor), monitor, context, options);
    await options.extend?.(server);
    // Suppresses fastify's own start line. It would precede ours, which reports that everything is ready.
    const { level } = server.log;
    server.log.level = "warn";
    await server.listen({ host, port });
    server.log.level = level;
  } catch (error) {
    monitor?.close();
    await server.close();
    throw error instanceof Error && "syscall" in error && error.syscall !== "open"
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
    prepareSettings({ logLevel, ...settings }) {
      const commit = context.prepareReload(settings);
      return () => {
        commit();
        // This logger was derived from that of the options.
        server.log.level = logLevel;
      };
    },
    stop() {
      stopped ??= stopServer();
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

/** Returns the function that stops the server; see {@link GatewayServer.stop}. */
function createStop(
  server: FastifyInstance,
  readiness: Readiness,
  monitor: ServiceMonitor,
  { openStreams, clock }: Pick<GatewayContext, "openStreams" | "clock">,
  { shutdownDelayMs = 0, shutdownDrainTimeMs = 5_000, shutdownGracePeriodMs }: GatewayServerOptions,
): () => Promise<void> {
  return async () => {
    readiness.stop();
    monitor.close();
    if (shutdownDelayMs > 0) await new Promise<void>((resolve) => void clock.after(shutdownDelayMs, resolve));
    const cancelTimeout = clock.after(shutdownGracePeriodMs, () => server.server.closeAllConnections());
    try {
      // `close` of an HTTP server would also end idle connections, on which a proxy may just send a request.
      TcpServer.prototype.close.call(server.server);
      const timeMs = Math.min(shutdownDrainTimeMs, shutdownGracePeriodMs);
      const end = (endStream: () => void) => endStream();
      await drainGradually(openStreams, openStreams.size, end, { timeMs, timer: clock });
      await server.close();
    } finally {
      cancelTimeout();
    }
  };
}

function boundAddressOf(server: FastifyInstance, host: string): string {
  const bound = server.server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return formatAddress({ host, port });
}
