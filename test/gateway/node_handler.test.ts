import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SignIn } from "../../src/gateway/index.js";
import { createNodeHandler, type NodeHandler } from "../../src/gateway/node/index.js";
import { callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { flushPromises } from "../support/clock.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";
import { openBrowser } from "./browser.js";
import { type Host, listen } from "./hosts.js";
import { sendRequest, type TestResponse } from "./http.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

let host: Host;
let written: string[];
beforeEach(() => {
  written = [];
});
afterEach(() => host.stop());

type Hook = (signIn: SignIn, request: IncomingMessage, response: ServerResponse) => unknown;
/** Returns the listener of a host, which passes requests to the gateway. */
type Framework = (gateway: NodeHandler) => RequestListener;

async function start(
  onSignIn: Hook,
  framework: Framework = (gateway) => gateway,
  prefix?: string,
): Promise<void> {
  const gateway = createNodeHandler({
    service: { address: server.address },
    apps: [{ id: "shop", secret: appSecrets.shop }],
    handleKeys: [newHandleKey()],
    log: pino({ level: "warn" }, { write: (line: string) => void written.push(line) }),
    prefix,
    onSignIn,
  });
  host = await listen(framework(gateway), gateway.close);
}

let users = 0;

/** Signs a new user in, and returns the response to the page. */
async function signIn(prefix = ""): Promise<TestResponse> {
  const browser = openBrowser(host.url);
  const created = (await browser.post(`${prefix}/qrlogin/v1/tickets`, {})).json as Record<string, string>;
  const phone = callersOf(server.client).user(await signToken(`user-${users++}`));
  responseOrThrow(await phone.markScanned(scannedByText(created.qrContent ?? "")));
  responseOrThrow(await phone.authorize({ ticketId: created.ticketId ?? "" }));
  return browser.post(`${prefix}/qrlogin/v1/tickets/complete`, { handle: created.handle });
}

describe("the hook of the Node handler", () => {
  it("the hook gets the host's own request and response, and the host's cookies stay", async () => {
    const framework: Framework = (gateway) => (request, response) => {
      Object.assign(request, { session: { id: 7 } });
      response.setHeader("set-cookie", "host=1");
      gateway(request, response);
    };
    await start((_signIn, request, response) => {
      response.appendHeader("set-cookie", "session=2");
      return { session: (request as IncomingMessage & { session?: unknown }).session };
    }, framework);
    const answer = await signIn();
    expect(answer.json).toEqual({ session: { id: 7 } });
    expect(answer.headers["set-cookie"]).toEqual(["host=1", "session=2"]);
    const created = await openBrowser(host.url).post("/qrlogin/v1/tickets", {});
    expect(created.headers["set-cookie"]).toMatchObject([
      "host=1",
      expect.stringMatching(/^qrlogin-browser-/),
    ]);
  });

  it.each<[string, Hook]>([
    [
      "throws",
      () => {
        throw new Error("the session store is away");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("the session store is away");
      },
    ],
    [
      "throws an error with a status of its own",
      () => {
        throw Object.assign(new Error("the session store is away"), { statusCode: 404 });
      },
    ],
    [
      "throws a text",
      () => {
        throw "the session store is away";
      },
    ],
  ])("a hook that %s causes status 500, and its error is logged", async (_title, hook) => {
    await start(hook);
    const answer = await signIn();
    expect([answer.status, answer.json]).toEqual([
      500,
      expect.objectContaining({ reason: "INTERNAL", detail: "internal error" }),
    ]);
    expect(written.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        err: expect.objectContaining({ message: "the session store is away", stack: expect.any(String) }),
      }),
    ]);
  });

  it("a hook can send the response itself, with the headers that the gateway sets", async () => {
    await start((_signIn, _request, response) => {
      response.writeHead(303, { location: "/welcome" }).end();
    });
    const answer = await signIn();
    expect([answer.status, answer.headers.location, answer.text]).toEqual([303, "/welcome", ""]);
    expect([answer.headers["cache-control"], answer.headers.vary]).toEqual(["no-store", "Origin"]);
    expect(written).toEqual([]);
  });

  it("a response that the hook sends has the gateway's headers also where the host has set others", async () => {
    await start(
      (_signIn, _request, response) => void response.end("welcome"),
      (gateway) => (request, response) => {
        response.setHeader("cache-control", "public").setHeader("vary", "accept-encoding");
        gateway(request, response);
      },
    );
    const { text, headers } = await signIn();
    expect([text, headers["cache-control"], headers.vary]).toEqual([
      "welcome",
      "no-store",
      "accept-encoding, Origin",
    ]);
  });

  it("a hook can start a response that ends later", async () => {
    await start((_signIn, _request, response) => {
      response.write("wel");
      setImmediate(() => response.end("come"));
    });
    expect((await signIn()).text).toBe("welcome");
  });

  it("a hook without a result sends an empty response", async () => {
    await start(() => undefined);
    const answer = await signIn();
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });
});

it("forwarded headers are not believed by default", async () => {
  await start(() => ({}));
  const forwarded = {
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
  };
  const headers = { origin: "https://evil.example", ...forwarded };
  expect((await sendRequest(`${host.url}/qrlogin/v1/origin`, { headers })).status).toBe(403);
  const created = await openBrowser(host.url).post("/qrlogin/v1/tickets", {}, forwarded);
  const phone = callersOf(server.client).user(await signToken(`user-${users++}`));
  const scanned = await phone.markScanned(scannedByText(String(created.json.qrContent)));
  expect(responseOrThrow(scanned).requester?.ipAddress).toBe("127.0.0.1");
});

describe("the Node handler among the routes of a host", () => {
  /** Answers the requests that the gateway passes on. */
  const withNext: Framework = (gateway) => (request, response) => {
    gateway(request, response, (error) => {
      response.statusCode = error ? 500 : 200;
      response.end(error instanceof Error ? error.message : "the host");
    });
  };

  /** Mounts the gateway under `/auth` as Express does, which shortens the URL. */
  const mounted: Framework = (gateway) => (request, response) => {
    const { url = "" } = request;
    Object.assign(request, { originalUrl: url, url: url.replace(/^\/auth/, "") });
    withNext(gateway)(request, response);
  };

  it.each([
    "/",
    "/qrlogin",
    "/qrlogin/v2/tickets",
    "//qrlogin/v1/tickets",
    "/orders?to=/qrlogin/v1/tickets",
    "/%71rlogin/v1/tickets",
  ])("requests for %s are passed on", async (path) => {
    await start(() => ({}), withNext);
    expect((await sendRequest(host.url + path)).text).toBe("the host");
  });

  it("requests for paths of the gateway are answered, unknown ones too", async () => {
    await start(() => ({}), withNext);
    expect((await sendRequest(`${host.url}/qrlogin/v1/origin?appId=shop`)).status).toBe(204);
    expect((await sendRequest(`${host.url}/qrlogin/v1/tickets/`)).json).toMatchObject({
      reason: "ROUTE_NOT_FOUND",
    });
  });

  it("without next, requests for other paths get 404", async () => {
    await start(() => ({}));
    expect((await sendRequest(`${host.url}/orders`)).json).toMatchObject({ reason: "ROUTE_NOT_FOUND" });
  });

  it("under a path, everything works with the same prefix, and the paths of images begin with it", async () => {
    await start(() => ({ welcome: true }), mounted, "/auth");
    expect((await signIn("/auth")).json).toEqual({ welcome: true });
    const { pictures } = (await openBrowser(host.url).post("/auth/qrlogin/v1/tickets", {})).json as {
      readonly pictures: { readonly svg: string };
    };
    expect(pictures.svg).toMatch(/^\/auth\/qrlogin\/v1\/pictures\//);
    expect((await sendRequest(host.url + pictures.svg)).headers["content-type"]).toContain("svg");
    expect((await sendRequest(`${host.url}/qrlogin/v1/origin`)).text).toBe("the host");
  });

  it("under a path without the prefix, the error names the option", async () => {
    await start(() => ({}), mounted);
    const answer = await sendRequest(`${host.url}/auth/qrlogin/v1/origin`);
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining("option prefix")]);
  });
});

it("close waits for a sign-in that has begun, whose hook can take its time", async () => {
  let gateway: NodeHandler | undefined;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const hook = async () => {
    begin();
    await finished;
    return { welcome: true };
  };
  await start(hook, (given) => {
    gateway = given;
    return given;
  });
  const answer = signIn();
  await withTimeout(begun, "the hook");
  let isClosed = false;
  const closed = gateway?.close().then(() => {
    isClosed = true;
  });
  for (let turn = 0; turn < 20; turn++) await flushPromises();
  expect(isClosed).toBe(false);
  finish();
  expect((await answer).json).toEqual({ welcome: true });
  await withTimeout(Promise.resolve(closed), "the close of the gateway");
});

it("a closed handler still answers, and can be closed again", async () => {
  await start(() => ({}));
  const browser = openBrowser(host.url);
  const { handle } = (await browser.post("/qrlogin/v1/tickets", {})).json as { readonly handle: string };
  const gateway = createNodeHandler({
    service: { address: server.address },
    apps: [{ id: "shop", secret: appSecrets.shop }],
    handleKeys: [newHandleKey()],
    log: pino({ level: "silent" }),
  });
  const closed = await listen(gateway, gateway.close);
  await gateway.close();
  const answer = await openBrowser(closed.url).post("/qrlogin/v1/tickets", {});
  expect([answer.status, answer.json.reason]).toEqual([503, "GATEWAY_STOPPING"]);
  await closed.stop();
  expect((await browser.status(handle)).status).toBe(200);
});
