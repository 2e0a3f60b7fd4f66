import type { Http2Server, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Server } from "@grpc/grpc-js";

/** Sees connections, HTTP/2 sessions and streams before grpc-js does. */
export interface Http2Interceptor {
  /** Returns whether the connection is served. Called before any TLS work. A refused one is left to the gate. */
  acceptConnection(socket: Socket): boolean;
  onSession(session: Http2Session): void;
  /**
   * Decides whether and when grpc-js gets the stream. One that it does not get is left to the gate.
   *
   * @param proceed Hands a stream to grpc-js.
   * @param flags Of the HEADERS frame; `NGHTTP2_FLAG_END_STREAM` for a request without a body.
   * @param rawHeaders Names and values in turn, as they came.
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
 * Puts the gate before every listener of a server that is bound.
 *
 * @throws Error when grpc-js keeps its HTTP/2 servers elsewhere than the version that this was written for.
 */
export function interceptHttp2Servers(server: Server, interceptor: Http2Interceptor): void {
  const servers = http2ServersOf(server);
  if (servers.length === 0)
    throw new Error("grpc-js does not show its HTTP/2 servers: limits cannot be held");
  for (const http2Server of servers) {
    const connected = takeListener<[Socket]>(http2Server, "connection");
    http2Server.on("connection", (socket: Socket) => {
      if (interceptor.acceptConnection(socket)) connected(socket);
    });
    http2Server.on("session", (session) => interceptor.onSession(session));
    const proceed = takeListener<Parameters<StreamListener>>(http2Server, "stream");
    const listener: StreamListener = (stream, headers, flags, rawHeaders) =>
      interceptor.onStream(proceed, stream, headers, flags, rawHeaders);
    http2Server.on("stream", listener);
  }
}

/**
 * grpc-js has no public way to its connections or streams: interceptors see calls, and can neither reset a stream that is
 * answered but not ended by its peer nor refuse a connection. By brackets the compiler still checks that the member is there.
 */
function http2ServersOf(server: Server): readonly Http2Server[] {
  // biome-ignore lint/complexity/useLiteralKeys: a private member is reachable by brackets alone.
  const servers: Map<Http2Server, unknown> | undefined = server["http2Servers"];
  return [...(servers?.keys() ?? [])];
}

/** Removes the listeners of an event from the server and returns a function that calls them. */
function takeListener<Args extends unknown[]>(
  server: Http2Server,
  event: "connection" | "stream",
): (...args: Args) => void {
  const listeners = server.listeners(event).map((listener) => listener.bind(server));
  server.removeAllListeners(event);
  const [only, ...more] = listeners;
  // Without a copy of the arguments, since all streams pass here.
  if (only && more.length === 0) return only as (...args: Args) => void;
  return (...args) => {
    for (const listener of listeners) listener(...args);
  };
}
