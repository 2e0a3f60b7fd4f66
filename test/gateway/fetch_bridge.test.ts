import type { ServerResponse } from "node:http";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectInProcess, sendRequest } from "../../src/gateway/web/in_process.js";
import { flushPromises } from "../support/clock.js";
import { createChangeSignal, withTimeout } from "../support/timeout.js";

let server: FastifyInstance;
let open: number;
let last: FastifyRequest | undefined;
let changes: ReturnType<typeof createChangeSignal>;

const floodChunks = 1_000;
const floodChunkBytes = 4_096;
let written: number;

/** Writes as fast as the reader takes it. */
function flood(response: ServerResponse): void {
  const fill = () => {
    let accepts = true;
    while (accepts && written < floodChunks) {
      accepts = response.write(Buffer.alloc(floodChunkBytes));
      written++;
    }
    if (written === floodChunks) response.end();
  };
  response.on("drain", fill);
  response.writeHead(200);
  fill();
}

beforeEach(async () => {
  written = 0;
  open = 0;
  last = undefined;
  changes = createChangeSignal();
  server = fastify({ bodyLimit: 100 });
  server.addHook("onRequest", async (request, { raw }) => {
    last = request;
    open++;
    raw.once("close", () => {
      open--;
      changes.notify();
    });
    changes.notify();
  });
  server.post("/echo", async ({ body }) => ({ body }));
  server.get("/cookies", async (_request, reply) => reply.header("set-cookie", ["a=1", "b=2"]).send("text"));
  server.get("/nothing", async (_request, reply) => reply.code(204).send());
  server.get("/events", (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("first\n\n");
  });
  server.get("/never", () => new Promise(() => {}));
  server.get("/flood", (_request, reply) => flood(reply.hijack().raw));
  server.get("/cut", (_request, reply) => {
    reply.hijack();
    reply.raw.destroy();
  });
  await server.ready();
});
afterEach(() => server.close());

const request = (path: string, init: RequestInit = {}) => new Request(`http://site.example${path}`, init);

function send(given: Request): Promise<Response> {
  const { clientSide } = connectInProcess(server.server, { remoteAddress: "192.0.2.1", encrypted: false });
  const { pathname, search } = new URL(given.url);
  const sent = {
    path: pathname + search,
    headers: { ...Object.fromEntries(given.headers), host: "site.example" },
  };
  return withTimeout(sendRequest(given, clientSide, sent), `the response to ${given.method} ${given.url}`);
}

const json = { "content-type": "application/json" };
const post = (body: unknown, init: RequestInit & { readonly duplex?: "half" } = {}) =>
  request("/echo", { method: "POST", headers: json, body: body as string, ...init });

/** Waits until no response is open at the server. */
const untilAllClosed = () => changes.waitFor(() => open === 0 || undefined, "the end of all responses");
const untilOneIsOpen = () => changes.waitFor(() => open === 1 || undefined, "a request at the server");

/** Returns a body whose end is up to the test. */
function openBody() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return {
    stream,
    write: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    fail: () => controller?.error(new Error("the upload was cut off")),
  };
}

describe("a response over a connection in the process", () => {
  it("a body arrives as it was sent, whatever length its header announces", async () => {
    const response = await send(post('{"a":1}', { headers: { ...json, "content-length": "700" } }));
    expect([response.status, await response.json()]).toEqual([200, { body: { a: 1 } }]);
    expect(last?.raw.socket).toMatchObject({ remoteAddress: "192.0.2.1" });
  });

  it("several cookies stay several headers, and headers of the connection are left out", async () => {
    const response = await send(request("/cookies"));
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.has("connection") || response.headers.has("transfer-encoding")).toBe(false);
    expect(await response.text()).toBe("text");
  });

  it.each([
    ["GET", "/nothing", 204],
    ["HEAD", "/cookies", 200],
    ["HEAD", "/missing", 404],
    ["OPTIONS", "/missing", 404],
  ])("%s %s has no body and leaves nothing open", async (method, path, status) => {
    const response = await send(request(path, { method }));
    expect(response.status).toBe(status);
    if (method !== "OPTIONS") expect(response.body).toBeNull();
    await response.text();
    await untilAllClosed();
  });

  it.each([
    ["an unknown method", request("/echo", { method: "BREW" }), 400],
    ["a method of WebDAV", request("/echo", { method: "PROPFIND" }), 404],
    ["a header that is too long", request("/cookies", { headers: { "x-long": "a".repeat(20_000) } }), 431],
    ["an expectation", post("{}", { headers: { ...json, expect: "100-continue" } }), 200],
    ["a path with two slashes", request("//cookies"), 404],
    ["an encoded path", request("/%63ookies"), 200],
    ["a DELETE with a body", request("/echo", { method: "DELETE", headers: json, body: "{}" }), 404],
  ])("%s is answered", async (_title, given, status) => {
    const response = await send(given);
    expect(response.status).toBe(status);
    await response.text();
  });

  it("a body over the limit is rejected while it is still being sent, and is not read further", async () => {
    const body = openBody();
    const answer = send(post(body.stream, { duplex: "half" }));
    body.write("a".repeat(200));
    const response = await answer;
    expect(response.status).toBe(413);
    await response.text();
    await untilAllClosed();
    body.write("taken by the read that was under way");
    while (body.stream.locked) await flushPromises();
    body.write("left in the queue");
    expect(body.stream.locked).toBe(false);
  });

  it("a refused body that undici made of an iterable, as Next.js has it, ends without an error", async () => {
    const errors: unknown[] = [];
    const note = (error: unknown) => errors.push(error);
    let endBody = () => {};
    const refused = new Promise<void>((resolve) => {
      endBody = resolve;
    });
    async function* pieces() {
      yield Buffer.alloc(200);
      await refused;
    }
    process.on("uncaughtException", note);
    const response = await send(post(pieces(), { duplex: "half" }));
    expect(response.status).toBe(413);
    await response.text();
    await untilAllClosed();
    endBody();
    for (let turn = 0; turn < 10; turn++) await flushPromises();
    process.off("uncaughtException", note);
    expect(errors).toEqual([]);
  });
});

describe("a client that is gone", () => {
  it.each([
    ["the body of the response is cancelled", (response: Response) => response.body?.cancel()],
    ["the request is aborted", (_response: Response, controller: AbortController) => controller.abort()],
    [
      "both happen",
      (response: Response, controller: AbortController) => {
        controller.abort();
        return response.body?.cancel().catch(() => {});
      },
    ],
  ])("a stream ends at the server when %s", async (_title, leave) => {
    const controller = new AbortController();
    const response = await send(request("/events", { signal: controller.signal }));
    expect(open).toBe(1);
    await leave(response, controller);
    await untilAllClosed();
  });

  it("a request that is aborted before it is sent gets 499", async () => {
    expect((await send(request("/cookies", { signal: AbortSignal.abort() }))).status).toBe(499);
    await untilAllClosed();
  });

  it("a request that is aborted while it waits gets 499, and its connection closes", async () => {
    const controller = new AbortController();
    const answer = send(request("/never", { signal: controller.signal }));
    await untilOneIsOpen();
    controller.abort();
    expect((await answer).status).toBe(499);
    await untilAllClosed();
  });

  it.each(["aborted", "failing"])(
    "a half-open upload that ends %s is answered, and its connection closes",
    async (way) => {
      const body = openBody();
      const controller = new AbortController();
      const answer = send(post(body.stream, { duplex: "half", signal: controller.signal }));
      body.write('{"a":');
      await untilOneIsOpen();
      if (way === "aborted") controller.abort();
      else body.fail();
      expect((await answer).status).toBe(way === "aborted" ? 499 : 400);
      await untilAllClosed();
    },
  );

  it("a connection that the server closes without a response gets 503", async () => {
    expect((await send(request("/cut"))).status).toBe(503);
  });
});

it("the server waits for a reader that reads nothing", async () => {
  const response = await send(request("/flood"));
  for (let turn = 0; turn < 50; turn++) await flushPromises();
  expect(written).toBeLessThan(floodChunks / 10);
  expect((await response.arrayBuffer()).byteLength).toBe(floodChunks * floodChunkBytes);
});
