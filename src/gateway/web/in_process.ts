import {
  request as createRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import { type Duplex, duplexPair, pipeline, Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** The other end of a connection, as the server sees it. */
interface Peer {
  readonly remoteAddress: string;
  /** True if the browser's own connection uses TLS. */
  readonly encrypted: boolean;
}

/** Both ends of a connection. When one closes, so does the other. */
interface InProcessConnection {
  readonly clientSide: Duplex;
  readonly serverSide: Duplex;
}

/** Opens a connection to a server of this process, without a socket. */
export function connectInProcess(server: Server, peer: Peer): InProcessConnection {
  const [clientSide, serverSide] = duplexPair();
  // Node.js 20 destroys only the end on which it is asked to.
  clientSide.once("close", () => serverSide.destroy());
  serverSide.once("close", () => clientSide.destroy());
  Object.assign(serverSide, peer);
  server.emit("connection", serverSide);
  return { clientSide, serverSide };
}

/** Headers of one connection, which mean nothing on another one (RFC 9110, section 7.6.1). */
const connectionHeaders = "connection keep-alive proxy-connection te trailer transfer-encoding upgrade".split(
  " ",
);

/** Headers of a request that describe how the host's server has received it. */
const receiptHeaders = [...connectionHeaders, "content-length", "expect"];

/** The parts that are sent in place of those of the `Request`. */
interface OutgoingRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Sends a request over this connection. Resolves with the response once its headers are there, whether the body of
 * the request has been sent or not. Closes the connection when the request is aborted, when its body cannot be read,
 * and when the body of the response is cancelled. This is how the server learns that the client is gone. When the
 * connection closes, stops reading the body of the request and does not cancel it.
 *
 * Resolves with status 499, 400 or 503, and no body, if the connection closes before there is a response: because the
 * request was aborted, because its body could not be read, or by decision of the server.
 */
export async function sendRequest(
  request: Request,
  connection: Duplex,
  { path, headers }: OutgoingRequest,
): Promise<Response> {
  const body = request.bodyUsed || request.body?.locked ? null : request.body;
  const sentHeaders = Object.entries(headers).filter(([name]) => !receiptHeaders.includes(name));
  const outgoing = createRequest({
    createConnection: () => connection,
    method: request.method,
    path,
    headers: { ...Object.fromEntries(sentHeaders), ...(body && { "transfer-encoding": "chunked" }) },
    setHost: false,
  });
  let failureStatus = 503;
  const abort = () => {
    failureStatus = 499;
    connection.destroy();
  };
  request.signal.addEventListener("abort", abort, { once: true });
  connection.once("close", () => request.signal.removeEventListener("abort", abort));
  if (request.signal.aborted) abort();
  const received = new Promise<Response>((resolve) => {
    outgoing.once("response", (incoming) => resolve(toResponse(incoming, request.method)));
    // Stays for errors after the response, of which the response tells.
    outgoing.on("error", () => resolve(new Response(null, { status: failureStatus })));
  });
  if (body) {
    // Without cancelling: undici throws in a microtask if a body that it made of an iterable ends after that, as those
    // of Next.js do, and nobody can catch it. A body that the server refuses is only read no further.
    const source = Readable.from((body as ReadableStream<Uint8Array>).values({ preventCancel: true }), {
      objectMode: false,
    });
    source.once("error", () => {
      failureStatus = 400;
    });
    // An error of the source destroys `outgoing`, and with it the connection.
    pipeline(source, outgoing, () => {});
  } else {
    outgoing.end();
  }
  return received;
}

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const bodylessStatuses = [101, 103, 204, 205, 304];

function toResponse(incoming: IncomingMessage, method: string): Response {
  const { statusCode: status = 500 } = incoming;
  const init = { status, headers: endToEndHeaders(incoming) };
  if (method !== "HEAD" && !bodylessStatuses.includes(status)) {
    return new Response(Readable.toWeb(incoming) as globalThis.ReadableStream, init);
  }
  // The connection may close before the end of a body that does not exist.
  incoming.on("error", () => {}).resume();
  return new Response(null, init);
}

function endToEndHeaders({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (connectionHeaders.includes(name)) continue;
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
