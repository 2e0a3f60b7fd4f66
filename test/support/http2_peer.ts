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

/** The path of a method of the health service. */
export const healthPath = (method: "Check" | "Watch") => `/grpc.health.v1.Health/${method}`;

/** A message in its gRPC frame. */
export function grpcFrame(message: Uint8Array = Buffer.alloc(0), compressed = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** One stream of a peer that does as it likes. */
export interface RawCall {
  write(bytes: Uint8Array): void;
  end(bytes?: Uint8Array): void;
  /** How many bytes wait for the server to read on. */
  unsentBytes(): number;
  /** Gives the stream up, with CANCEL unless another code of HTTP/2 is given. */
  reset(code?: number): void;
  /** Every byte of the answer so far. */
  received(): Buffer;
  /** Whether the stream is over. */
  isClosed(): boolean;
  /** The code of gRPC, if one was told, and the one of the reset, once the stream is over. */
  readonly ended: Promise<{ readonly code: string | undefined; readonly reset: number | undefined }>;
}

/** An HTTP/2 client that knows nothing of gRPC, closed by its own `close`. */
export interface Http2Peer {
  readonly session: ClientHttp2Session;
  /** Whether the connection is over. */
  isClosed(): boolean;
  call(path: string, headers?: Record<string, string>): RawCall;
  /** Fulfilled when the server has seen what was sent so far, or the connection is over. */
  roundTrip(): Promise<void>;
  close(): void;
}

/** Connects, and is fulfilled when the server's SETTINGS have come. */
export async function connectPeer(
  address: string,
  options: ClientSessionOptions | SecureClientSessionOptions = {},
  scheme: "http" | "https" = "http",
): Promise<Http2Peer> {
  const session = connectHttp2(`${scheme}://${address}`, options);
  // How it ends is asked for by those who care.
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
    // Not by `once`, which fails with an error of the stream.
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

/** A TCP connection that says only what it is told to, and reads. */
export async function connectSocket(
  address: string,
  options: { readonly localAddress?: string; readonly allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect({ host: "127.0.0.1", port, ...options });
  // A reset is as good as an end.
  socket.on("error", () => {});
  socket.resume();
  await once(socket, "connect");
  return socket;
}

/** What an HTTP/2 client says first: the preface, and SETTINGS without an entry. */
export const http2Preface = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
