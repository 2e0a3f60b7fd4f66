import { type IncomingMessage, type RequestListener, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeHandler } from "../../src/gateway/node/index.js";
import { createFetchHandler } from "../../src/gateway/web/index.js";
import type { Problem } from "../../src/http_types.js";
import { newHandleKey } from "../support/gateway.js";
import { createChangeSignal, withTimeout } from "../support/timeout.js";
import { rpcPath } from "./connect/rpc_calls.js";
import { type Host, listen } from "./hosts.js";
import { sendRequest, type TestRequest, type TestResponse } from "./http.js";

// No service runs here. A body with an invalid field gets an error that names the field, which shows that it was read.

const written: string[] = [];
const options = {
  service: { address: "127.0.0.1:1" },
  apps: [{ id: "shop", secret: "secret-of-the-shop" }],
  handleKeys: [newHandleKey()],
  log: pino({ level: "warn" }, { write: (line: string) => void written.push(line) }),
};

let host: Host | undefined;
afterEach(async () => {
  await host?.stop();
  host = undefined;
  written.length = 0;
});

/** A request after a body parser. */
type Parsed = IncomingMessage & { body?: unknown; rawBody?: Buffer };

/** Starts a server whose handler runs `parse` before the gateway. */
async function start(parse: (request: Parsed) => Promise<unknown> | undefined): Promise<void> {
  const gateway = createNodeHandler(options);
  const listener: RequestListener = async (incoming, outgoing) => {
    await parse(incoming);
    gateway(incoming, outgoing);
  };
  host = await listen(listener, gateway.close);
}

const json = { "content-type": "application/json" };

function post(body: string | Buffer, headers: TestRequest["headers"] = json, path = "/qrlogin/v1/tickets") {
  return sendRequest(`${host?.url}${path}`, { method: "POST", headers, body });
}

const fieldsOf = ({ json: { fieldViolations } }: TestResponse) =>
  (fieldViolations as { readonly field: string }[]).map(({ field }) => field);

describe("a body that was parsed before", () => {
  it.each<[string, (bytes: Buffer) => Partial<Parsed>]>([
    ["an object, as express.json() leaves it", (bytes) => ({ body: JSON.parse(String(bytes)) })],
    ["bytes, as express.raw() leaves them", (bytes) => ({ body: bytes })],
    ["a text, as express.text() leaves it", (bytes) => ({ body: String(bytes) })],
    ["bytes beside an object, as Nest leaves them", (bytes) => ({ body: {}, rawBody: bytes })],
  ])("the gateway takes %s", async (_title, parse) => {
    await start(async (incoming) => Object.assign(incoming, parse(await buffer(incoming))));
    expect(fieldsOf(await post('{"ttlMs":"ä"}'))).toEqual(["ttlMs"]);
    const chunked = await post('{"ttlMs":"a"}', { ...json, "transfer-encoding": "chunked" });
    expect(fieldsOf(chunked)).toEqual(["ttlMs"]);
  });

  it("the gateway takes the body of a Connect call, binary too", async () => {
    await start(async (incoming) => Object.assign(incoming, { body: await buffer(incoming) }));
    // Field 1 of MarkScannedRequest, qr_content.
    const message = Buffer.from([0x0a, 0x03, 0x61, 0x62, 0x63]);
    const headers = { "content-type": "application/proto", authorization: "Bearer token" };
    const answer = await post(message, headers, rpcPath("MarkScanned"));
    // The service cannot be reached, but the message could be read.
    expect([answer.status, answer.json.code]).toEqual([503, "unavailable"]);
    const broken = await post(Buffer.from([0x0a, 0x7f]), headers, rpcPath("MarkScanned"));
    expect([broken.status, broken.json.code]).toEqual([400, "invalid_argument"]);
  });

  it("the gateway takes a form, where it accepts forms", async () => {
    await start(async (incoming) => {
      const fields = new URLSearchParams(String(await buffer(incoming)));
      // As express.urlencoded() leaves it.
      incoming.body = {
        token: fields.getAll("token").length > 1 ? fields.getAll("token") : fields.get("token"),
      };
    });
    const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const path = "/oidc/token/introspection";
    // The token could be read, and the app's secret is missing.
    expect((await post("token=a", form, path)).json).toMatchObject({ error: "invalid_client" });
    const twice = await post("token=a&token=b", form, path);
    expect(twice.json).toMatchObject({ error_description: "a parameter is given twice" });
  });

  it("a form whose parser has made an object of a parameter is read", async () => {
    await start(async (incoming) => {
      await buffer(incoming);
      // As express.urlencoded({ extended: true }) leaves "token[toString]=a".
      incoming.body = { token: { toString: "a" } };
    });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const response = await post("token[toString]=a", form, "/oidc/token/introspection");
    expect(response.json).toMatchObject({ error: "invalid_client" });
  });

  it("a parser that has decompressed the body is believed", async () => {
    await start(async (incoming) => {
      await buffer(incoming);
      incoming.body = { ttlMs: "a" };
    });
    expect(fieldsOf(await post("compressed", { ...json, "content-encoding": "gzip" }))).toEqual(["ttlMs"]);
  });

  it("limits on size, depth and type apply to it too", async () => {
    await start(async (incoming) => {
      const text = String(await buffer(incoming));
      incoming.body =
        incoming.headers["content-type"] === "application/json" ? JSON.parse(text) : { scene: text };
    });
    const large = JSON.stringify({ scene: "a".repeat(9_000) });
    expect((await post(large)).status).toBe(413);
    expect((await post(large, { ...json, "transfer-encoding": "chunked" })).status).toBe(413);
    const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect((await post(deep(100))).json).toMatchObject({ detail: "the body is nested too deeply" });
    expect((await post("scene=a", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(415);
  });

  it("an object that is too deep to be written as JSON is rejected", async () => {
    let deep: unknown = [];
    for (let level = 0; level < 200_000; level++) deep = [deep];
    await start(async (incoming) => {
      await buffer(incoming);
      incoming.body = deep;
    });
    expect((await post("[]")).json).toMatchObject({ detail: "the body is nested too deeply" });
  });

  it.each([
    ["a body that was read and is gone", async (incoming: Parsed) => void (await buffer(incoming))],
    [
      "a body that cannot be written as JSON",
      async (incoming: Parsed) => {
        await buffer(incoming);
        incoming.body = { number: 1n };
      },
    ],
    ["a body that somebody else is reading", async (incoming: Parsed) => void incoming.on("data", () => {})],
    [
      // Express 4 sets an empty object for every request.
      "a body that somebody else is reading while there is an object",
      async (incoming: Parsed) => void Object.assign(incoming, { body: {} }).on("data", () => {}),
    ],
    [
      "a body that somebody else waits for",
      async (incoming: Parsed) => void incoming.on("readable", () => {}),
    ],
  ])("%s is rejected with a reason, and logged", async (_title, read) => {
    await start(read);
    const answer = await post('{"scene":"a secret"}');
    expect([answer.status, answer.json.reason]).toEqual([500, "BODY_ALREADY_READ"]);
    expect(answer.json.detail).toContain("put the gateway before the body parser");
    const [line = "", ...more] = written;
    expect([line, more]).toEqual([expect.stringContaining("put the gateway before the body parser"), []]);
    expect(line).not.toContain("a secret");
    const call = await post("{}", json, rpcPath("MarkScanned"));
    expect([call.status, call.json.code]).toEqual([500, "internal"]);
    const authing = await post("{}", json, "/api/v2/qrcode/gene");
    expect(authing.json).toMatchObject({ code: 500 });
  });

  it("a request without a body is not rejected because somebody has read its end", async () => {
    await start(async (incoming) => void (await buffer(incoming)));
    // No body is no field, and the service cannot be reached.
    expect((await post("", json)).status).toBe(503);
    expect((await sendRequest(`${host?.url}/qrlogin/v1/origin`)).status).toBe(204);
  });

  it("a body that nobody has read is taken from the connection, whatever `body` holds", async () => {
    await start(async (incoming) => Object.assign(incoming, { body: {} }));
    expect(fieldsOf(await post('{"ttlMs":"a"}'))).toEqual(["ttlMs"]);
  });

  it("an upload that is cut off ends the request", async () => {
    const changes = createChangeSignal();
    const seen: IncomingMessage[] = [];
    await start(async (incoming) => {
      seen.push(incoming);
      incoming.once("close", () => changes.notify());
      changes.notify();
    });
    const upload = request(`${host?.url}/qrlogin/v1/tickets`, { method: "POST", headers: json });
    upload.on("error", () => {});
    upload.write('{"scene":');
    await changes.waitFor(() => seen.length > 0 || undefined, "the request");
    upload.destroy();
    await changes.waitFor(() => seen[0]?.destroyed || undefined, "the end of the request");
  });
});

describe("a Request whose body was read before", () => {
  const handler = createFetchHandler({ ...options, clientAddress: () => undefined });
  const send = (given: Request) => withTimeout(handler(given, undefined), "the response");
  const newRequest = (body = '{"ttlMs":"a"}') =>
    new Request("http://site.example/qrlogin/v1/tickets", { method: "POST", headers: json, body });

  it.each([
    ["a Request whose body was read", async (given: Request) => void (await given.text())],
    ["a Request whose body has a reader", async (given: Request) => void given.body?.getReader()],
  ])("%s is rejected, and logged", async (_title, read) => {
    const given = newRequest();
    await read(given);
    const answer = await send(given);
    expect([answer.status, ((await answer.json()) as Problem).reason]).toEqual([500, "BODY_ALREADY_READ"]);
    expect(written.join("")).toContain("put the gateway before the body parser");
  });

  it("a body that is missing although its length is announced is rejected", async () => {
    const headers = { ...json, "content-length": "13" };
    const answer = await send(
      new Request("http://site.example/qrlogin/v1/tickets", { method: "POST", headers }),
    );
    expect(((await answer.json()) as Problem).reason).toBe("BODY_ALREADY_READ");
  });

  it("a clone is read", async () => {
    const given = newRequest();
    const copy = given.clone();
    await given.text();
    expect(((await (await send(copy)).json()) as Problem).fieldViolations?.[0]?.field).toBe("ttlMs");
  });
});
