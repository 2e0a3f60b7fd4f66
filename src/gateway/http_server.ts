import { createServer as createPlain, type RequestListener, type Server } from "node:http";
import { createServer as createTls } from "node:https";
import type { Socket } from "node:net";
import { createFairQueue } from "../base/fair_queue.js";
import { createProxyMatcher } from "./forwarded_headers.js";
import { addressKeyOf, clientAddressOf } from "./http/client_address.js";

/** Number of connections that are open at a time. */
export interface ConnectionLimits {
  /** In all. 20,000 by default. Past it the newest of the address that has most is closed. */
  readonly connections: number;
  /** Of one address (IPv6: one /64) that is no trusted proxy. 5,000 by default. */
  readonly connectionsPerAddress: number;
}

export interface HttpServerOptions extends ConnectionLimits {
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and networks (CIDR) whose connections are many callers'. */
  readonly trustedProxies: readonly string[];
}

/** Limits of a connection, with times in milliseconds. A well-behaved client does not notice them. */
const defaultServerOptions = {
  // In bytes, the first line included: a handle in the address, cookies, and a token take under 8 KiB.
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than proxies keep a connection that nobody uses, or they send a request into one that is being closed.
  keepAliveTimeout: 72_000,
  // How late the two time-outs of a request may be noticed.
  connectionsCheckingInterval: 5_000,
  // Of TLS.
  handshakeTimeout: 10_000,
};

/** After so many requests a connection is closed, so that what was bound to it is let go. */
const maxRequestsPerSocket = 10_000;

/** Creates the HTTP server of a gateway, with a bound for whatever a caller can hold open. Tests give shorter times. */
export function createHttpServer(
  handler: RequestListener,
  { tls, trustedProxies, ...limits }: HttpServerOptions,
  overrides: Partial<typeof defaultServerOptions> = {},
): Server {
  const serverOptions = { ...defaultServerOptions, ...overrides };
  const server = tls ? createTls({ ...serverOptions, ...tls }, handler) : createPlain(serverOptions, handler);
  server.maxRequestsPerSocket = maxRequestsPerSocket;
  limitConnections(server, limits, createProxyMatcher(trustedProxies));
  return server;
}

function limitConnections(
  server: Server,
  { connections, connectionsPerAddress }: ConnectionLimits,
  isTrustedProxy: (address: string) => boolean,
): void {
  const directConnections = createFairQueue<Socket>(connections);
  let proxiedCount = 0;

  server.on("connection", (socket: Socket) => {
    const peer = { ip: socket.remoteAddress ?? "" };
    if (isTrustedProxy(clientAddressOf(peer))) {
      if (proxiedCount >= connections) return void socket.destroy();
      proxiedCount++;
      socket.once("close", () => proxiedCount--);
      return;
    }
    const address = addressKeyOf(peer);
    if (directConnections.countOf(address) >= connectionsPerAddress) return void socket.destroy();
    socket.once("close", () => directConnections.remove(address, socket));
    directConnections.add(address, socket)?.destroy();
  });
}
