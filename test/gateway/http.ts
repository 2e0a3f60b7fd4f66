import { type IncomingHttpHeaders, type IncomingMessage, request as plain } from "node:http";
import { request as overTls } from "node:https";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { createChangeSignal, withTimeout } from "../support/timeout.js";

/** An HTTP request. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Certificates to trust, as PEM. */
  readonly ca?: string | undefined;
}

/** An HTTP response of any status. */
export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. Throws if it is not JSON. */
  readonly json: Record<string, unknown>;
}

/**
 * Sends a request on a separate connection. Unlike `fetch`, it sends any header, including `Host` and
 * `Origin`.
 */
export async function sendRequest(url: string, options: TestRequest = {}): Promise<TestResponse> {
  const response = await send(url, options);
  const bytes = await withTimeout(
    buffer(response),
    `the end of the answer to ${options.method ?? "GET"} ${url}`,
  );
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes,
    text: bytes.toString("utf8"),
    get json() {
      return JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
    },
  };
}

/** A response that arrives in parts. Cut off when the test ends. */
export interface Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Returns the text received so far. */
  readonly text: () => string;
  /** Resolves once this text has arrived. Rejects if the response ends without it. */
  until(text: string): Promise<void>;
  /** Resolves once the response has ended. */
  readonly ended: Promise<void>;
  pause(): void;
  resume(): void;
  leave(): void;
}

/** Sends a request and reads the response as it arrives, as text in this encoding. */
export async function openStream(
  url: string,
  options: TestRequest = {},
  encoding: "utf8" | "latin1" = "utf8",
): Promise<Stream> {
  const response = await send(url, options);
  let text = "";
  let over = false;
  const changes = createChangeSignal();
  response.setEncoding(encoding).on("data", (chunk: string) => {
    text += chunk;
    changes.notify();
  });
  // A response that is cut off emits an error; tests only need to know that it has ended.
  response.on("error", () => {});
  response.once("close", () => {
    over = true;
    changes.notify();
  });
  onTestFinished(() => void response.destroy());
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    async until(wanted) {
      const look = () => {
        if (text.includes(wanted)) return true;
        if (over) throw new Error(`the answer ended without ${wanted}: ${text.slice(0, 2_000)}`);
        return undefined;
      };
      await changes.waitFor(look, () => `${wanted} in the answer, which is so far: ${text.slice(0, 2_000)}`);
    },
    get ended() {
      const soFar = () => `the end of the answer, which is so far: ${text.slice(-2_000)}`;
      return changes.waitFor(() => over || undefined, soFar).then(() => {});
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
  };
}

function send(
  url: string,
  { method = "GET", headers = {}, body, ca }: TestRequest,
): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? overTls : plain;
  const isChunked = headers["transfer-encoding"] !== undefined;
  const length = body === undefined || isChunked ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const given = Object.fromEntries(
    Object.entries({ ...length, ...headers }).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]),
  );
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    // A separate connection for each request, so that none remains when the server stops.
    const sent = request(url, { method, headers: given, agent: false, ...(ca !== undefined && { ca }) });
    sent.on("response", resolve).on("error", reject).end(body);
  });
  return withTimeout(response, `an answer to ${method} ${url}`);
}
