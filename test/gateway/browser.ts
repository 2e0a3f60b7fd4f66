import { EventSource } from "eventsource";
import { onTestFinished } from "vitest";
import type { QrCodeStep } from "../../src/http_types.js";
import { createChangeSignal } from "../support/timeout.js";
import { sendRequest, type TestRequest, type TestResponse } from "./http.js";

/** The gateway's response to a page that creates a ticket. */
export interface Created {
  readonly handle: string;
  readonly ticketId: string;
  readonly qrContent: string;
  readonly pictures: { readonly svg: string; readonly png: string };
  readonly expiresAt: string;
  readonly remainingMs: number;
  readonly minPollIntervalMs: number;
  readonly qrCode: QrCodeStep | null;
}

/** One event of the stream. */
export interface TestEvent {
  readonly type: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** An event stream, read by the `eventsource` package. Closed when the test ends. */
export interface Events {
  /** Resolves with the next event, or with undefined once EventSource has given up. */
  next(): Promise<TestEvent | undefined>;
  /** The status of each response, and the `Last-Event-ID` of its request. */
  readonly connections: readonly { readonly status: number; readonly seen: string | undefined }[];
  close(): void;
}

/** Headers of a request. */
export type Headers = Readonly<Record<string, string>>;

/** A simulated browser with a cookie jar. */
export interface Browser {
  readonly url: string;
  readonly cookies: Map<string, string>;
  ask(path: string, request?: TestRequest): Promise<TestResponse>;
  get(path: string, headers?: Headers): Promise<TestResponse>;
  /** Posts JSON. */
  post(path: string, body: unknown, headers?: Headers): Promise<TestResponse>;
  /** Creates a ticket, by default for the app `shop`. Throws if the gateway returns an error. */
  create(body?: object, headers?: Headers): Promise<Created>;
  status(handle: string, headers?: Headers): Promise<TestResponse>;
  withdraw(handle: string, headers?: Headers): Promise<TestResponse>;
  exchange(handle: string, headers?: Headers): Promise<TestResponse>;
  submitCheckCode(handle: string, checkCode: unknown, headers?: Headers): Promise<TestResponse>;
  /** Opens the event stream of a handle. */
  events(handle: string): Events;
}

/** Path prefix of the gateway's own API. */
export const api = "/qrlogin/v1";

export const eventsPath = (handle: string): string => `${api}/tickets/events?handle=${handle}`;

export interface BrowserOptions {
  /** Headers of every request. */
  readonly headers?: Headers;
  /** Headers that every current browser sends. */
  readonly browserHeaders?: Headers;
  readonly ca?: string;
}

/** Creates a client that keeps cookies but sends no browser headers. */
export const openCookieClient = (url: string, options: BrowserOptions = {}): Browser =>
  openBrowser(url, { ...options, browserHeaders: {} });

export function openBrowser(
  url: string,
  { headers: always = {}, browserHeaders = { "sec-fetch-site": "same-origin" }, ca }: BrowserOptions = {},
): Browser {
  const cookies = new Map<string, string>();
  const cookieHeader = (): Headers =>
    cookies.size > 0 ? { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") } : {};

  const browser: Browser = {
    url,
    cookies,
    async ask(path, request = {}) {
      const headers = { ...browserHeaders, ...always, ...cookieHeader(), ...request.headers };
      const answer = await sendRequest(`${url}${path}`, { ca, ...request, headers });
      for (const line of answer.headers["set-cookie"] ?? []) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      return answer;
    },
    get: (path, headers = {}) => browser.ask(path, { headers }),
    post: (path, body, headers = {}) =>
      browser.ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    async create(body = { appId: "shop" }, headers = {}) {
      const answer = await browser.post(`${api}/tickets`, body, headers);
      if (answer.status !== 201) throw new Error(`create failed: ${answer.status} ${answer.text}`);
      return answer.json as unknown as Created;
    },
    status: (handle, headers = {}) =>
      browser.get(`${api}/tickets/status`, { "qrlogin-handle": handle, ...headers }),
    withdraw: (handle, headers) => browser.post(`${api}/tickets/withdraw`, { handle }, headers),
    exchange: (handle, headers) => browser.post(`${api}/tickets/exchange`, { handle }, headers),
    submitCheckCode: (handle, checkCode, headers) =>
      browser.post(`${api}/tickets/check-code`, { handle, checkCode }, headers),
    events: (handle) => listen(`${url}${eventsPath(handle)}`, () => ({ ...always, ...cookieHeader() })),
  };
  return browser;
}

function listen(url: string, headers: () => Headers): Events {
  const connections: { status: number; seen: string | undefined }[] = [];
  const received: TestEvent[] = [];
  const changes = createChangeSignal();
  const source = new EventSource(url, {
    async fetch(input, init) {
      const sent = { ...init.headers, ...headers() };
      const response = await fetch(input, { ...init, headers: sent });
      connections.push({ status: response.status, seen: init.headers["Last-Event-ID"] });
      return response;
    },
  });
  for (const type of ["status", "problem"]) {
    source.addEventListener(type, ({ lastEventId: id, data }) => {
      received.push({ type, id, data: JSON.parse(String(data)) as Record<string, unknown> });
      changes.notify();
    });
  }
  source.addEventListener("error", () => changes.notify());
  onTestFinished(() => source.close());
  return {
    async next() {
      const isOver = () => source.readyState === EventSource.CLOSED;
      await changes.waitFor(
        () => (received.length > 0 || isOver() ? true : undefined),
        "an event of the stream, or its end",
      );
      return received.shift();
    },
    connections,
    close() {
      source.close();
      changes.notify();
    },
  };
}
