import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";

/** Client that implements only the framing of gRPC. It takes a tenth of a client library's CPU. */
export interface RawClient {
  /**
   * Resolves with the response message.
   *
   * @throws Error when `grpc-status` is not 0.
   */
  unary(path: string, body: Buffer, authorization: string): Promise<Buffer>;
  stream(path: string, body: Buffer, authorization: string): RawStream;
  /** Returns whether the connection accepts no further calls. */
  isClosed(): boolean;
  close(): void;
}

/** Stream of response messages. */
export interface RawStream {
  /**
   * Resolves with the next message and its time of arrival, by the clock that all processes of the machine
   * share. Rejects when the stream has ended.
   */
  next(): Promise<{ readonly message: Buffer; readonly at: bigint }>;
  cancel(): void;
}

const service = "/qrlogin.v1.QrLoginService";

/**
 * Opens a connection and waits until it is established.
 *
 * @param address `HOST:PORT`, or a URL, whose certificate is not verified.
 */
export async function openRawClient(address: string): Promise<RawClient> {
  const url = address.includes("://") ? address : `http://${address}`;
  const session = connect(url, { rejectUnauthorized: false });
  await once(session, "connect");
  // Errors of the session also reject its calls.
  session.on("error", () => {});
  return {
    unary: (path, body, authorization) =>
      new Promise((resolve, reject) => {
        const stream = request(session, path, body, authorization);
        const chunks: Buffer[] = [];
        let status: unknown;
        stream.on("response", (headers) => {
          status = headers["grpc-status"];
        });
        stream.on("trailers", (trailers) => {
          status = trailers["grpc-status"];
        });
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("error", reject);
        stream.on("end", () => {
          if (status === "0") resolve(Buffer.concat(chunks).subarray(5));
          else reject(new Error(`${path} failed with gRPC status ${status}`));
        });
      }),
    stream: (path, body, authorization) => readStream(request(session, path, body, authorization), path),
    isClosed: () => session.closed || session.destroyed,
    close: () => session.destroy(),
  };
}

function request(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  authorization: string,
): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": `${service}/${path}`,
    "content-type": "application/grpc",
    te: "trailers",
    authorization,
  });
  stream.end(body);
  return stream;
}

function readStream(stream: ClientHttp2Stream, path: string): RawStream {
  const come: { message: Buffer; at: bigint }[] = [];
  let unread: Buffer = Buffer.alloc(0);
  let ended = false;
  let wake = () => {};
  stream.on("data", (chunk: Buffer) => {
    const at = process.hrtime.bigint();
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    while (unread.length >= 5 && unread.length >= 5 + unread.readUInt32BE(1)) {
      const end = 5 + unread.readUInt32BE(1);
      come.push({ message: unread.subarray(5, end), at });
      unread = unread.subarray(end);
    }
    wake();
  });
  // Both events also follow a cancellation, when there is no reader any more.
  for (const end of ["error", "close"]) {
    stream.on(end, () => {
      ended = true;
      wake();
    });
  }
  return {
    async next() {
      for (;;) {
        const first = come.shift();
        if (first) return first;
        if (ended) throw new Error(`the stream of ${path} has ended`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    cancel: () => stream.close(8),
  };
}
