import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTls } from "node:https";
import type { Socket } from "node:net";
import { type SecureContextOptions, Server as TlsServer } from "node:tls";
import { createFairQueue } from "../base/fair_queue.js";
import { createNetworkMatcher, parseNetworks } from "../base/ip_network.js";
import { serverTlsProtocol, type TlsVersion } from "../base/tls_protocol.js";
import type { GatewayLimitName } from "./access/limit_observer.js";
import { addressKeyOf, clientAddressOf } from "./http/client_address.js";
import { type GatewayObserver, silentObserver } from "./observer.js";

/** Limits on the number of open connections. */
export interface ConnectionLimits {
  /**
   * In total; connections of trusted proxies are counted separately, up to the same number. 20,000 by default.
   * Beyond it, the newest connection of the address with the most is closed.
   */
  readonly connections: number;
  /** Per address (IPv6: per /64). Does not apply to trusted proxies. 5,000 by default. */
  readonly connectionsPerAddress: number;
}

/** TLS of the server. */
export interface HttpServerTls {
  /** Certificate chain as PEM. */
  readonly cert: string;
  /** Private key as PEM. */
  readonly key: string;
  /** Oldest version of TLS that is accepted. `TLSv1.3` by default. */
  readonly minVersion?: TlsVersion | undefined;
}

export interface HttpServerOptions extends ConnectionLimits {
  readonly tls: HttpServerTls | undefined;
  /** Addresses and networks (CIDR) of proxies, whose connections carry the requests of many callers. */
  readonly trustedProxies: readonly string[];
  readonly observer?: GatewayObserver | undefined;
}

/** Limits of a connection, with times in milliseconds. A well-behaved client stays below them. */
const defaultServerOptions = {
  // In bytes, including the request line. A handle in the URL, cookies and a token take less than 8 KiB.
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than proxies keep an idle connection, so that none sends a request while this end closes it.
  keepAliveTimeout: 72_000,
  // headersTimeout and requestTimeout can fire late by up to this time.
  connectionsCheckingInterval: 5_000,
  // For the TLS handshake.
  handshakeTimeout: 10_000,
};

/** Number of requests after which a connection is closed, to free the resources bound to it. */
const maxRequestsPerSocket = 10_000;

/** Longest body that is read to its end although its request has been answered, in bytes. */
const maxUnreadBody = 65_536;

/**
 * Creates the HTTP server of a gateway, with limits on everything that a caller can hold open. Tests override
 * the times.
 */
export function createHttpServer(
  handler: RequestListener,
  { tls, trustedProxies, observer = silentObserver, ...limits }: HttpServerOptions,
  overrides: Partial<typeof defaultServerOptions> = {},
): Server {
  const serverOptions = { ...defaultServerOptions, ...overrides };
  const server = tls
    ? createTls({ ...serverOptions, ...secureContextOf(tls) }, handler)
    : createPlain(serverOptions, handler);
  server.maxRequestsPerSocket = maxRequestsPerSocket;
  server.on("request", closeAfterUnreadBody);
  // Node.js would send 417 itself, past the limits of the handler. A server may ignore unknown expectations (RFC 9110,
  // section 10.1.1).
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  limitConnections(server, limits, createNetworkMatcher(parseNetworks(trustedProxies)), observer);
  return server;
}

/** Uses another certificate for connections from now on. It must have been checked. No effect without TLS. */
export function replaceCertificate(server: Server, tls: HttpServerTls): void {
  if (server instanceof TlsServer) server.setSecureContext(secureContextOf(tls));
}

function secureContextOf({ cert, key, minVersion }: HttpServerTls): SecureContextOptions {
  return { cert, key, ...serverTlsProtocol(minVersion) };
}

function limitConnections(
  server: Server,
  { connections, connectionsPerAddress }: ConnectionLimits,
  isTrustedProxy: (address: string) => boolean,
  observer: GatewayObserver,
): void {
  const directConnections = createFairQueue<Socket>(connections);
  let proxiedCount = 0;

  function closeFor(limit: GatewayLimitName, socket: Socket): void {
    observer.limitExceeded(limit);
    socket.destroy();
  }

  server.on("connection", (socket: Socket) => {
    observer.connectionOpened();
    socket.once("close", () => observer.connectionClosed());
    const peer = { ip: socket.remoteAddress ?? "" };
    if (isTrustedProxy(clientAddressOf(peer))) {
      if (proxiedCount >= connections) return closeFor("connections", socket);
      proxiedCount++;
      socket.once("close", () => proxiedCount--);
      return;
    }
    const address = addressKeyOf(peer);
    if (directConnections.countOf(address) >= connectionsPerAddress)
      return closeFor("connections_per_address", socket);
    socket.once("close", () => directConnections.remove(address, socket));
    const displaced = directConnections.add(address, socket);
    if (displaced) closeFor("connections", displaced);
  });
}

/**
 * Closes the connection after the response if the rest of the request's body is long or of unknown length. Node.js
 * would read and discard it until the request times out.
 */
function closeAfterUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    const { "content-length": length } = request.headers;
    if (request.complete || (length !== undefined && Number(length) <= maxUnreadBody)) return;
    request.socket.destroySoon();
  });
}
