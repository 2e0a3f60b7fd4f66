import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Logger } from "pino";
import { formatAddress } from "../base/address.js";
import { type Clock, systemClock } from "../base/clock.js";
import { describeListenError } from "../base/listen_error.js";
import { type ClientIpHeader, createProxyMatcher, sanitizeForwardedHeaders } from "./forwarded_headers.js";
import { sendProblem } from "./http/error_handler.js";
import { routeNotFound } from "./http/http_error.js";
import { errorSerializer } from "./http/request_log.js";
import { type ConnectionLimits, createHttpServer } from "./http_server.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { registerGateway } from "./plugin.js";

/** A gateway that is a server of its own. */
export interface GatewayServerOptions extends Omit<GatewayOptions, "limits"> {
  readonly limits?: Partial<GatewayLimits & ConnectionLimits> | undefined;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Certificate chain and private key, PEM text. Plain text if absent. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and networks (CIDR) of the proxies whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** The one header of theirs that tells the client's address. `x-forwarded-for` by default. */
  readonly clientIpHeader?: ClientIpHeader | undefined;
  readonly log: Logger;
  /** How long running requests have to finish when it stops, in milliseconds. */
  readonly shutdownGracePeriodMs: number;
  /** Adds further routes, such as the demo's. */
  readonly extend?: ((server: FastifyInstance) => Promise<void>) | undefined;
}

export interface GatewayServer {
  /** `HOST:PORT` as really bound. */
  readonly address: string;
  /** Stops politely. A second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway.
 *
 * @throws Error that says in one line why it cannot listen; TypeError, RangeError when an option makes no sense.
 */
export async function startGateway(
  options: GatewayServerOptions,
  clock: Clock = systemClock,
): Promise<GatewayServer> {
  const { host, port } = options;
  const server = createServer(options);
  try {
    await registerGateway(server, options, clock);
    server.get("/healthz", async (_request, reply) => {
      reply.header("cache-control", "no-store");
      return { status: "ok" };
    });
    await options.extend?.(server);
    // Fastify's own line about it would come before ours, which says that all is ready.
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
    stop() {
      stopped ??= stop(server, options.shutdownGracePeriodMs, clock);
      return stopped;
    },
  };
}

const defaultConnectionLimits: ConnectionLimits = { connections: 20_000, connectionsPerAddress: 5_000 };

function createServer(options: GatewayServerOptions): FastifyInstance {
  const { tls, trustedProxies, clientIpHeader = "x-forwarded-for", log, limits } = options;
  const forwardedRules = { isTrustedProxy: createProxyMatcher(trustedProxies), clientIpHeader };
  const { connections, connectionsPerAddress } = { ...defaultConnectionLimits, ...limits };
  const server: FastifyInstance = fastify({
    loggerInstance: log.child({}, { serializers: { err: errorSerializer } }) as FastifyBaseLogger,
    // One line of ours for each request; fastify's own show the address, which may hold a handle.
    logController: new LogController({ disableRequestLogging: true }),
    // What is left of these headers may be believed; see sanitizeForwardedHeaders.
    trustProxy: (_address, hop) => hop === 0,
    // A poll that comes in the moment of stopping is still answered: one 503 ends an SDK's polling for good.
    return503OnClosing: false,
    serverFactory: (handler) =>
      createHttpServer(
        (request, response) => {
          sanitizeForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", forwardedRules);
          handler(request, response);
        },
        { tls, trustedProxies, connections, connectionsPerAddress },
      ),
    // What cannot even be routed, such as a broken escape in the address.
    frameworkErrors: sendProblem,
  });
  server.setErrorHandler(sendProblem);
  server.setNotFoundHandler((request, reply) => {
    sendProblem(routeNotFound(), request, reply);
  });
  return server;
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
