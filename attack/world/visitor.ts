import { type IncomingHttpHeaders, type IncomingMessage, request as plain } from "node:http";
import { request as overTls } from "node:https";
import { text as readText } from "node:stream/consumers";

/** Headers of a request. */
export type Headers = Readonly<Record<string, string>>;

/** A response of the gateway. */
export interface PageResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, or an empty object. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The gateway's response to a page that creates a ticket. */
export interface CreatedPage {
  readonly handle: string;
  readonly ticketId: string;
  readonly qrContent: string;
}

/** A browser with a cookie jar that visits the login page of the gateway. */
export interface Visitor {
  get(path: string, headers?: Headers): Promise<PageResponse>;
  post(path: string, body: unknown, headers?: Headers): Promise<PageResponse>;
  /** Creates a ticket. Throws if the gateway refuses. */
  open(body?: object, headers?: Headers): Promise<CreatedPage>;
  tryOpen(body: object, headers?: Headers): Promise<PageResponse>;
  status(handle: string, headers?: Headers): Promise<PageResponse>;
  /** Resolves with the first status of the event stream in one of these states. */
  waitFor(handle: string, ...states: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  submitCheckCode(handle: string, checkCode: string): Promise<PageResponse>;
  withdraw(handle: string, headers?: Headers): Promise<PageResponse>;
}

/** Path prefix of the gateway's own API. */
const api = "/qrlogin/v1";

/** Longest time that a visitor waits for the gateway, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Opens a browser that has no cookies yet.
 *
 * @param onOpen Is called with each ticket that the visitor creates.
 */
export function createVisitor(
  gatewayUrl: string,
  appId: string,
  onOpen: (visitor: Visitor, page: CreatedPage) => void,
): Visitor {
  const cookies = new Map<string, string>();

  async function request(path: string, init: PageRequest): Promise<IncomingMessage> {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { "sec-fetch-site": "same-origin", ...(cookie && { cookie }), ...init.headers };
    const response = await send(new URL(path, gatewayUrl), { ...init, headers });
    for (const line of response.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  }

  const ask = async (path: string, init: PageRequest) => readPage(await request(path, init));
  const visitor: Visitor = {
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async open(body = {}, headers = {}) {
      const created = await visitor.tryOpen(body, headers);
      if (created.status !== 201)
        throw new Error(`the gateway refused to create a ticket: ${describe(created)}`);
      return created.json as unknown as CreatedPage;
    },
    async tryOpen(body, headers = {}) {
      const created = await visitor.post(`${api}/tickets`, { appId, ...body }, headers);
      if (created.status === 201) onOpen(visitor, created.json as unknown as CreatedPage);
      return created;
    },
    status: (handle, headers = {}) =>
      visitor.get(`${api}/tickets/status`, { "qrlogin-handle": handle, ...headers }),
    async waitFor(handle, ...states) {
      const response = await request(`${api}/tickets/events`, { headers: { "qrlogin-handle": handle } });
      // Leaving the loop closes the connection.
      for await (const status of readEvents(response))
        if (states.includes(String(status.state))) return status;
      throw new Error(`the event stream ended before the state ${states.join(" or ")}`);
    },
    submitCheckCode: (handle, checkCode) => visitor.post(`${api}/tickets/check-code`, { handle, checkCode }),
    withdraw: (handle, headers) => visitor.post(`${api}/tickets/withdraw`, { handle }, headers),
  };
  return visitor;
}

/** Returns the HTTP status and the reason of a response, for people. */
export function describe({ status, json }: PageResponse): string {
  return [status, json.reason].filter(Boolean).join(" ");
}

/** A request of a page. */
interface PageRequest {
  readonly method?: string;
  readonly headers: Headers;
  readonly body?: string;
}

/** Sends a request on a connection of its own. Unlike `fetch`, it sends every header. */
function send(url: URL, { method = "GET", headers, body }: PageRequest): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(timeoutMs);
  const open = url.protocol === "https:" ? overTls : plain;
  return new Promise((resolve, reject) => {
    open(url, { method, headers, signal, agent: false }, resolve).on("error", reject).end(body);
  });
}

async function readPage(response: IncomingMessage): Promise<PageResponse> {
  const text = await readText(response);
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parseObject(text) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // A picture, an event stream, or the page of a proxy. The scenario looks at the HTTP status.
    return {};
  }
}

/** Yields the data of the events of the name `status`. */
async function* readEvents(response: IncomingMessage): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const events = (text + chunk).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      if (/^event: status$/m.test(event)) yield parseObject(/^data: (.*)$/m.exec(event)?.[1] ?? "");
    }
  }
}
