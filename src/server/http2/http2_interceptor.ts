import type { Http2Server, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { type Socket, Server as TcpServer } from "node:net";
import type { Server } from "@grpc/grpc-js";

/** An interceptor that receives connections, HTTP/2 sessions and streams before grpc-js does. */
export interface Http2Interceptor {
  /**
   * Returns whether grpc-js gets the connection. Called before any TLS work. The interceptor itself destroys
   * a connection that it does not accept.
   */
  acceptConnection(socket: Socket): boolean;
  onSession(session: Http2Session): void;
  /**
   * Decides whether and when grpc-js gets the stream. The interceptor itself ends a stream that it does not
   * pass on.
   *
   * @param proceed Passes a stream to grpc-js.
   * @param flags Flags of the HEADERS frame: `NGHTTP2_FLAG_END_STREAM` for a request without a body.
   * @param rawHeaders Alternating names and values, as received.
   */
  onStream(
    proceed: StreamListener,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    flags: number,
    rawHeaders: readonly string[],
  ): void;
}

export type StreamListener = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: readonly string[],
) => void;

/**
 * Installs the interceptor in front of the listeners of grpc-js. The server must be bound.
 *
 * @throws Error when this version of grpc-js keeps its HTTP/2 servers somewhere else.
 */
export function interceptHttp2Servers(server: Server, interceptor: Http2Interceptor): void {
  const servers = http2ServersOf(server);
  if (servers.length === 0)
    throw new Error("cannot enforce limits: this version of grpc-js does not expose its HTTP/2 servers");
  for (const http2Server of servers) {
    const onConnection = takeListener<[Socket]>(http2Server, "connection");
    http2Server.on("connection", (socket: Socket) => {
      if (interceptor.acceptConnection(socket)) onConnection(socket);
    });
    http2Server.on("session", (session) => interceptor.onSession(session));
    const proceed = takeListener<Parameters<StreamListener>>(http2Server, "stream");
    const listener: StreamListener = (stream, headers, flags, rawHeaders) =>
      interceptor.onStream(proceed, stream, headers, flags, rawHeaders);
    http2Server.on("stream", listener);
  }
}

/**
 * Closes the port, so that clients turn to other servers. Open connections stay. `close` of an HTTP/2 server itself
 * would also end the sessions, in some versions of Node.js.
 */
export function closePort(server: Server): void {
  for (const http2Server of http2ServersOf(server)) TcpServer.prototype.close.call(http2Server);
}

/**
 * Returns the HTTP/2 servers of a gRPC server. grpc-js gives no public access to its connections and streams.
 * Its own interceptors see only calls: they can neither reject a connection nor reset a stream that is answered
 * but that its peer keeps open. With the bracket notation, the compiler still checks that the private member
 * exists.
 */
function http2ServersOf(server: Server): readonly Http2Server[] {
  // biome-ignore lint/complexity/useLiteralKeys: a private member is reachable by brackets alone.
  const servers: Map<Http2Server, unknown> | undefined = server["http2Servers"];
  return [...(servers?.keys() ?? [])];
}

/** Removes the listeners of an event from the server. Returns a function that calls them. */
function takeListener<Args extends unknown[]>(
  server: Http2Server,
  event: "connection" | "stream",
): (...args: Args) => void {
  const listeners = server.listeners(event).map((listener) => listener.bind(server));
  server.removeAllListeners(event);
  const [only, ...more] = listeners;
  // The usual case. It does not copy the arguments, since every stream passes here.
  if (only && more.length === 0) return only as (...args: Args) => void;
  return (...args) => {
    for (const listener of listeners) listener(...args);
  };
}
