import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { formatAddress, parseAddress } from "../base/address.js";
import { describeListenError } from "../base/listen_error.js";
import { metricsContentType } from "./registry.js";

/** A running endpoint for scrapes. */
export interface MetricsEndpoint {
  /** Address as `HOST:PORT`, with the actual port. */
  readonly address: string;
  /** Stops the endpoint and closes its connections. */
  stop(): Promise<void>;
}

/** Connections at a time. A scraper needs one. */
const maxConnections = 32;

/**
 * Time for a request to arrive, for the next one on the same connection, and for a client that stops reading to go on,
 * in milliseconds.
 */
const clientTimeout = 10_000;

/**
 * Starts an HTTP server for `GET /metrics`. Every other request gets 404. Requests that arrive while a scrape is in
 * progress share its result, so that many scrapers cost no more than one.
 *
 * @param address `HOST:PORT`. With port 0, the system chooses the port.
 * @param read Resolves with the text of a scrape.
 * @param timeout Time-out of clients in milliseconds, which tests override.
 * @throws Error with a one-line message when the address cannot be bound. Its `cause` is the error of the system.
 */
export async function startMetricsEndpoint(
  address: string,
  read: () => Promise<string>,
  timeout: number = clientTimeout,
): Promise<MetricsEndpoint> {
  const listenAddress = parseAddress(address);
  if (!listenAddress)
    throw new Error(`cannot listen on ${address}: the address must have the form HOST:PORT`);
  let scrape: Promise<string> | undefined;
  const sharedRead = () => {
    scrape ??= read().finally(() => {
      scrape = undefined;
    });
    return scrape;
  };
  const server = createServer(
    {
      ...{ requestTimeout: timeout, headersTimeout: timeout, keepAliveTimeout: timeout },
      // The default, 30 s, would let a slow request live that long.
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void respond(request, response, sharedRead),
  );
  // Node.js has no default. A client that never reads would hold its response in memory.
  server.timeout = timeout;
  closeOldestBeyond(server, maxConnections);
  await listen(server, address, listenAddress);
  // Scrapes do not keep a process alive whose work is done.
  server.unref();
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    address: formatAddress({ host: listenAddress.host, port }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Closes the oldest connection for each one beyond the limit. Were the new one refused instead, a few clients that
 * never complete a request would keep Prometheus out.
 */
function closeOldestBeyond(server: Server, limit: number): void {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    const [oldest] = open;
    if (open.size > limit) oldest?.destroy();
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => Promise<string>,
): Promise<void> {
  const path = request.url?.split("?", 1)[0];
  if (request.method !== "GET" || path !== "/metrics") {
    response
      .writeHead(404, { "content-type": "text/plain" })
      .end("not found: GET /metrics has the metrics\n");
    return;
  }
  try {
    const text = await read();
    response.writeHead(200, { "content-type": metricsContentType, "cache-control": "no-store" }).end(text);
  } catch {
    // A scrape that fails is a fault, which Prometheus reports as a target that is down.
    response.writeHead(500, { "content-type": "text/plain" }).end("the metrics cannot be read\n");
  }
}

function listen(
  server: Server,
  address: string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    // It stays after the start: a connection that the system cannot accept is an error, which would end the process.
    server.on("error", (error) =>
      reject(
        new Error(`cannot listen on ${address}: ${describeListenError(error.message)}`, { cause: error }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
