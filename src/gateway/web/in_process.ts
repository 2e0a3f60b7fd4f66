import { request as createRequest, type IncomingMessage, type Server } from "node:http";
import { type Duplex, duplexPair, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** The other end of a connection, as the server sees it. */
interface Peer {
  readonly remoteAddress: string;
  /** True if the browser's own connection uses TLS. */
  readonly encrypted: boolean;
}

/** Opens a connection to a server of this process, without a socket. */
export function connectInProcess(
  server: Server,
  peer: Peer,
): { readonly clientSide: Duplex; readonly serverSide: Duplex } {
  const [clientSide, serverSide] = duplexPair();
  Object.assign(serverSide, peer);
  server.emit("connection", serverSide);
  return { clientSide, serverSide };
}

/** Headers of one connection, which mean nothing on another one (RFC 9110, section 7.6.1). */
const connectionHeaders = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/**
 * Sends a request over this connection, and returns the response once its headers are there. The connection closes
 * when the request is aborted or the body of the response is cancelled, which is how the server learns that the
 * client is gone.
 */
export async function sendRequest(
  request: Request,
  connection: Duplex,
  { host, path }: { readonly host: string; readonly path: string },
): Promise<Response> {
  const headers = Object.fromEntries(
    [...request.headers].filter(([name]) => !connectionHeaders.includes(name)),
  );
  const outgoing = createRequest({
    createConnection: () => connection,
    method: request.method,
    path,
    headers: { ...headers, host },
    setHost: false,
  });
  request.signal.addEventListener("abort", () => connection.destroy(), { once: true });
  const received = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
  const body = request.body ? Readable.fromWeb(request.body as ReadableStream) : Readable.from([]);
  const [response] = await Promise.all([received, pipeline(body, outgoing)]);
  const hasBody = request.method !== "HEAD" && ![204, 205, 304].includes(response.statusCode ?? 0);
  if (!hasBody) response.resume();
  return new Response(hasBody ? (Readable.toWeb(response) as globalThis.ReadableStream) : null, {
    status: response.statusCode ?? 500,
    headers: responseHeadersOf(response),
  });
}

function responseHeadersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (connectionHeaders.includes(name)) continue;
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
