import { once } from "node:events";
import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from "node:http";
import { request as requestTls } from "node:https";
import { connect, rootCertificates, type TLSSocket } from "node:tls";

/** A gateway, as pages reach it. */
export interface GatewayEndpoint {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  /** Root certificates to trust beside those of Node.js, as PEM. */
  readonly ca?: string | undefined;
  /** Fingerprint (SHA-256) of the only certificate to accept, whatever its names are. */
  readonly fingerprint?: string | undefined;
}

/** Response of a gateway, or of whatever answers in its place. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Body, if it is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Event stream of a ticket. */
export interface GatewayEvents {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Resolves with the status in the next event; with undefined at the end of the stream. */
  next(): Promise<Readonly<Record<string, unknown>> | undefined>;
  close(): void;
}

/** A page of the gateway's own origin, with the cookies of its browser. Each request has a connection of its own. */
export interface GatewayPage {
  send(method: string, path: string, options?: PageRequest): Promise<GatewayResponse>;
  openEvents(handle: string): Promise<GatewayEvents>;
}

/** Body and further headers of a request. */
export interface PageRequest {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const apiPath = "/qrlogin/v1";
const maxBytes = 1024 * 1024;

/**
 * Opens a page.
 *
 * @param timeout Time-out of a response, in milliseconds. An event stream stays open.
 */
export function openGatewayPage(endpoint: GatewayEndpoint, timeout: number): GatewayPage {
  const { origin } = new URL(endpoint.url);
  const cookies = new Map<string, string>();

  async function ask(method: string, path: string, { body, headers }: PageRequest): Promise<IncomingMessage> {
    const signal = AbortSignal.timeout(timeout);
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const options: RequestOptions = {
      ...{ method, agent: false },
      headers: {
        ...{
          accept: "application/json",
          origin,
          "sec-fetch-site": "same-origin",
          "user-agent": "qrlogin doctor",
        },
        ...(cookie !== "" && { cookie }),
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
    };
    const url = new URL(`${endpoint.url}${apiPath}${path}`);
    const sent = await start(url, options, endpoint, signal, timeout);
    // Later errors end the body.
    sent.on("error", () => {});
    sent.end(body && JSON.stringify(body));
    const response = await responseTo(sent, signal, timeout);
    for (const text of response.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  return {
    async send(method, path, options = {}) {
      const response = await ask(method, path, options);
      const { statusCode: status = 0, headers } = response;
      return { status, headers, json: parseObject(await readText(response, timeout)) };
    },
    async openEvents(handle) {
      const response = await ask("GET", `/tickets/events?handle=${handle}`, {
        headers: { accept: "text/event-stream" },
      });
      const { statusCode: status = 0, headers } = response;
      const events = readEvents(response);
      return {
        ...{ status, headers },
        next: async () => (await events.next()).value,
        close: () => void response.destroy(),
      };
    },
  };
}

/** The error for a response that does not begin within the time-out. */
export class NoReplyError extends Error {
  constructor(timeout: number) {
    super(`no reply within ${timeout} ms`);
    this.name = "NoReplyError";
  }
}

async function responseTo(
  sent: ClientRequest,
  signal: AbortSignal,
  timeout: number,
): Promise<IncomingMessage> {
  try {
    const [response] = await once(sent, "response", { signal });
    return response;
  } catch (error) {
    sent.destroy();
    throw signal.aborted ? new NoReplyError(timeout) : error;
  }
}

async function start(
  url: URL,
  options: RequestOptions,
  { ca, fingerprint }: GatewayEndpoint,
  signal: AbortSignal,
  timeout: number,
) {
  if (url.protocol === "http:") return request(url, options);
  if (fingerprint === undefined) {
    return requestTls(url, { ...options, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) });
  }
  const socket = connect({
    ...{
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port || 443),
      rejectUnauthorized: false,
    },
    ALPNProtocols: ["http/1.1"],
  });
  try {
    await once(socket, "secureConnect", { signal });
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? new NoReplyError(timeout) : error;
  }
  requireFingerprint(socket, fingerprint);
  return requestTls(url, { ...options, agent: undefined, createConnection: () => socket });
}

/** Checks the certificate before anything is sent. */
function requireFingerprint(socket: TLSSocket, fingerprint: string): void {
  if (socket.getPeerCertificate().fingerprint256 === fingerprint) return;
  socket.destroy();
  throw new Error("the server does not present the certificate of gateway.tls.certFile");
}

async function readText(response: IncomingMessage, timeout: number): Promise<string> {
  const timer = setTimeout(() => response.destroy(new NoReplyError(timeout)), timeout);
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (text.length > maxBytes) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return text;
}

function parseObject(text: string): GatewayResponse["json"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the data of the events. Ends with the connection. */
async function* readEvents(
  response: IncomingMessage,
): AsyncGenerator<Readonly<Record<string, unknown>>, undefined> {
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = parseObject(/^data: ?(.*)$/m.exec(block)?.[1] ?? "");
        if (data) yield data;
      }
    }
  } catch {
    // The stream is closed, by either side.
  }
  return undefined;
}
