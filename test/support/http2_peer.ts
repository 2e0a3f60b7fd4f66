import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientSessionOptions,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { connect, type Socket } from "node:net";
import { status } from "@grpc/grpc-js";
import { withTimeout } from "./timeout.js";

/** Returns the path of a method of the health service. */
export const healthPath = (method: "Check" | "Watch") => `/grpc.health.v1.Health/${method}`;

/** Returns a message in its gRPC frame. */
export function grpcFrame(message: Uint8Array = Buffer.alloc(0), compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Stream of a peer that may break the protocol. */
export interface RawCall {
  write(bytes: Uint8Array): void;
  end(bytes?: Uint8Array): void;
  /** Returns the number of bytes that wait until the server reads. */
  unsentBytes(): number;
  /** Resets the stream, with CANCEL unless another HTTP/2 code is given. */
  reset(code?: number): void;
  /** Returns the bytes of the response so far. */
  received(): Buffer;
  /** Returns true once the stream has ended. */
  isClosed(): boolean;
  /** Resolves at the end of the stream, with the gRPC code, if any, and the code of the reset. */
  readonly ended: Promise<{ readonly code: string | undefined; readonly reset: number | undefined }>;
}

/** HTTP/2 client without gRPC. `close` closes it. */
export interface Http2Peer {
  readonly session: ClientHttp2Session;
  /** Returns true once the connection has ended. */
  isClosed(): boolean;
  call(path: string, headers?: Record<string, string>): RawCall;
  /** Resolves when the server has processed all that was sent so far, or the connection has ended. */
  roundTrip(): Promise<void>;
  close(): void;
}

/** Connects. Resolves when the server's SETTINGS have arrived. */
export async function connectPeer(
  address: string,
  options: ClientSessionOptions | SecureClientSessionOptions = {},
  scheme: "http" | "https" = "http",
): Promise<Http2Peer> {
  const session = connectHttp2(`${scheme}://${address}`, options);
  // Callers that need the outcome of the connection ask for it.
  session.on("error", () => {});
  await new Promise<void>((resolve) => {
    session.once("remoteSettings", () => resolve());
    session.once("close", resolve);
  });
  return {
    session,
    isClosed: () => session.destroyed,
    roundTrip: () =>
      new Promise((resolve) => (session.destroyed || !session.ping(() => resolve()) ? resolve() : undefined)),
    call: (path, headers = {}) => startCall(session, path, headers),
    close: () => session.destroy(),
  };
}

function startCall(session: ClientHttp2Session, path: string, headers: Record<string, string>): RawCall {
  const stream = session.request(
    {
      ":method": "POST",
      ":path": path,
      te: "trailers",
      "content-type": "application/grpc",
      ...headers,
    },
    { endStream: false },
  );
  const responseHeaders: IncomingHttpHeaders = {};
  const received: Buffer[] = [];
  stream.on("response", (response) => Object.assign(responseHeaders, response));
  stream.on("trailers", (trailers) => Object.assign(responseHeaders, trailers));
  stream.on("data", (bytes: Buffer) => received.push(bytes));
  stream.on("error", () => {});
  return {
    write: (bytes) => void stream.write(bytes),
    end: (bytes) => void stream.end(bytes),
    unsentBytes: () => stream.writableLength,
    reset: (code = constants.NGHTTP2_CANCEL) => stream.close(code),
    received: () => Buffer.concat(received),
    isClosed: () => stream.closed,
    // Not `once`, which rejects on an error of the stream.
    ended: withTimeout(
      new Promise((resolve) => {
        stream.on("close", () => {
          const code = responseHeaders["grpc-status"];
          resolve({
            code: code === undefined ? undefined : status[Number(code)],
            reset: stream.rstCode === constants.NGHTTP2_NO_ERROR ? undefined : stream.rstCode,
          });
        });
      }),
      `the end of a call of ${path}`,
    ),
  };
}

/** Opens a TCP connection that sends only what the test writes, and reads. */
export async function connectSocket(
  address: string,
  options: { readonly localAddress?: string; readonly allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect({ host: "127.0.0.1", port, ...options });
  // A reset counts as an end.
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  return socket;
}

/** First bytes of an HTTP/2 client: the preface, and SETTINGS without entries. */
export const http2Preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
