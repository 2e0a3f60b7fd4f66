import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type GatewaySignIn, gatewaySignInCheck } from "../../src/doctor/checks/gateway_sign_in.js";
import { authority, certificate, issuedCertificate, privateKey } from "../support/fixed_certificates.js";
import { freePort } from "../support/free_port.js";
import { startTestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { context, linesOf } from "./support.js";

const impatient = { ...context, timeout: 700 };

async function start(service: TestServerOptions = {}, options: TestGatewayOptions = {}) {
  const server = await startTestServer(service);
  onTestFinished(() => server.stop());
  const gateway = await gatewayFor(server.address, options);
  return { server, gateway };
}

async function gatewayFor(address: string, options: TestGatewayOptions = {}) {
  const gateway = await startTestGateway(address, options);
  onTestFinished(() => gateway.stop());
  return gateway;
}

const missing = { missing: "no user token was given" };
const shop = {
  id: "shop",
  secret: appSecrets.shop,
  origins: [] as string[],
} as unknown as GatewaySignIn["app"];

function checkOf(url: string, changes: Partial<GatewaySignIn> = {}) {
  return gatewaySignInCheck({
    endpoint: { url },
    isOptional: false,
    app: shop,
    parties: missing,
    ...changes,
  });
}

const partiesAt = async (address: string) => ({
  connection: { address, app: { id: "shop", secret: appSecrets.shop } },
  userToken: await signToken("alice"),
});

type Change = (response: IncomingMessage, answer: ServerResponse) => void;

const pass: Change = (response, answer) => {
  answer.writeHead(response.statusCode ?? 0, response.headers);
  response.pipe(answer);
};

/** Starts a proxy before gateways, which take turns. Returns its URL. */
async function startProxy(
  targets: readonly string[],
  {
    change = pass,
    headers = {},
  }: { readonly change?: Change; readonly headers?: Record<string, string> } = {},
): Promise<string> {
  let turn = 0;
  const proxy = createServer((incoming, answer) => {
    const target = `${targets[turn++ % targets.length]}${incoming.url}`;
    const forwarded = request(target, {
      method: incoming.method,
      headers: { ...incoming.headers, ...headers },
      agent: false,
    });
    forwarded.on("response", (response) => change(response, answer));
    forwarded.on("error", () => answer.destroy());
    answer.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe("a sign-in through the gateway", () => {
  it("is created, watched and withdrawn without a user's token", async () => {
    const { server, gateway } = await start();
    expect(await linesOf(checkOf(gateway.url))).toEqual([
      `ok sign-in through gateway: ${gateway.url}: a ticket was created, watched and withdrawn; no user token was given`,
    ]);
    expect(server.logText()).toContain("Withdraw");
  });

  it("is played to the end with a token, and nothing about the user is shown", async () => {
    const { server, gateway } = await start();
    const parties = await partiesAt(server.address);
    expect(await linesOf(checkOf(gateway.url, { parties }))).toEqual([
      `ok sign-in through gateway: ${gateway.url}: the page saw the approval, and the backend of shop received the user`,
    ]);
    expect(server.logText()).toContain("ExchangeUserInfo");
  });

  it("includes the check code if the policy needs one", async () => {
    const { server, gateway } = await start({ settings: { policy: { checkCode: { mode: "always" } } } });
    const [line] = await linesOf(checkOf(gateway.url, { parties: await partiesAt(server.address) }));
    expect(line).toMatch(/^ok .* received the user$/);
    expect(server.logText()).toContain("SubmitCheckCode");
  });

  it("trusts the gateway of this machine by the certificate of its file, and sends nothing to another", async () => {
    const { gateway } = await start(
      {},
      { tls: { cert: issuedCertificate, key: privateKey, minVersion: "TLSv1.3" } },
    );
    const by = (pem: string) => ({
      endpoint: { url: gateway.url, fingerprint: new X509Certificate(pem).fingerprint256 },
    });
    expect((await linesOf(checkOf(gateway.url, by(issuedCertificate))))[0]).toMatch(/^ok /);
    expect(
      (await linesOf(checkOf(gateway.url, { endpoint: { url: gateway.url, ca: authority } })))[0],
    ).toMatch(/^ok /);
    const before = gateway.lines.length;
    expect((await linesOf(checkOf(gateway.url, by(certificate))))[0]).toContain(
      "the server does not present the certificate of gateway.tls.certFile",
    );
    expect(gateway.lines.length).toBe(before);
  });

  it("is skipped while no gateway runs, unless its address was given", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await linesOf(checkOf(url, { isOptional: true }))).toEqual([
      `skipped sign-in through gateway: no gateway runs at ${url} yet`,
    ]);
    expect((await linesOf(checkOf(url)))[0]).toMatch(
      /^failed .* \| nothing listens at this address and port/,
    );
  });
});

describe("a failed sign-in through gateway names its cause", () => {
  it("if the gateway cannot reach the service", async () => {
    const gateway = await gatewayFor(`127.0.0.1:${await freePort()}`);
    const [line] = await linesOf(checkOf(gateway.url));
    expect(line).toMatch(
      /the page creates a ticket \(POST tickets\) fails: 503, SERVICE_UNAVAILABLE \| the gateway cannot reach the service \|/,
    );
  });

  it("if the running gateway does not know the app", async () => {
    const { gateway } = await start();
    const [line] = await linesOf(checkOf(gateway.url, { app: { ...shop, id: "other" } }));
    expect(line).toContain("APP_UNKNOWN | the running gateway has another configuration | let it reload");
  });

  it("if the secret of the backend is wrong, and withdraws the ticket", async () => {
    const { server, gateway } = await start();
    const parties = await partiesAt(server.address);
    const [line] = await linesOf(checkOf(gateway.url, { parties, app: { ...shop, secret: "wrong" } }));
    expect(line).toContain(
      "the backend exchanges the ticket (POST tickets/exchange) fails: 401, APP_UNAUTHENTICATED; the ticket was withdrawn",
    );
    expect(line).not.toContain("wrong");
  });

  it("if the token is not of the app's user pool", async () => {
    const { server, gateway } = await start();
    const parties = { ...(await partiesAt(server.address)), userToken: "no.user.token" };
    const [line] = await linesOf(checkOf(gateway.url, { parties }));
    expect(line).toMatch(
      /MarkScanned\) fails: UNAUTHENTICATED, USER_UNAUTHENTICATED; the ticket was withdrawn/,
    );
  });

  it("if gateways have different handle keys", async () => {
    const { server, gateway } = await start();
    const other = await gatewayFor(server.address);
    const [line] = await linesOf(checkOf(await startProxy([gateway.url, other.url])));
    expect(line).toMatch(
      /polls the status .* fails: 404, TICKET_NOT_FOUND; the ticket was withdrawn \| .*handle keys/,
    );
  });

  it("if a proxy changes the host, and the gateway does not trust it", async () => {
    const { gateway } = await start();
    const url = await startProxy([gateway.url], { headers: { host: "inside.example.com" } });
    const [line] = await linesOf(checkOf(url));
    expect(line).toMatch(
      /403, ORIGIN_NOT_ALLOWED \| .*does not trust the proxy.* \| list the proxy in gateway.trustedProxies/,
    );
  });

  it("if pages of an origin of the app may not call", async () => {
    const { gateway } = await start({}, { appOptions: { shop: { origins: ["https://one.example.com"] } } });
    const app = { ...shop, origins: ["https://one.example.com", "https://two.example.com"] };
    const lines = await linesOf(checkOf(gateway.url, { app }));
    expect(lines).toEqual([
      expect.stringMatching(/^failed .* pages of https:\/\/two\.example\.com are not allowed to call \| /),
      expect.stringMatching(/^ok /),
    ]);
  });

  it("if a proxy drops the cookie", async () => {
    const { gateway } = await start();
    const url = await startProxy([gateway.url], { headers: { cookie: "" } });
    expect((await linesOf(checkOf(url)))[0]).toMatch(/403, COOKIE_MISSING \| .* let the proxy/);
  });

  it.each<[string, Change, RegExp]>([
    [
      "waits for the end of a response",
      async (response, answer) => {
        const body = await buffer(response).catch(() => "");
        answer.writeHead(response.statusCode ?? 0, response.headers).end(body);
      },
      /no response begins within 700 ms/,
    ],
    [
      "holds the events back",
      (response, answer) => {
        answer.writeHead(response.statusCode ?? 0, response.headers).flushHeaders();
        if (!response.headers["content-type"]?.includes("event-stream")) response.pipe(answer);
      },
      /no event says PENDING within 700 ms/,
    ],
    [
      "changes the type of the event stream",
      (response, answer) => {
        const isStream = response.headers["content-type"]?.includes("event-stream");
        answer.writeHead(response.statusCode ?? 0, {
          ...response.headers,
          ...(isStream && { "content-type": "text/html" }),
        });
        response.pipe(answer);
      },
      /the content type is text\/html instead of text\/event-stream/,
    ],
  ])("if a proxy %s, and the walk goes on by polls", async (_, change, text) => {
    const { server, gateway } = await start();
    const parties = await partiesAt(server.address);
    const lines = await linesOf(checkOf(await startProxy([gateway.url], { change }), { parties }), impatient);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^failed .* the event stream does not arrive, and polls do: /);
    expect(lines[0]).toMatch(text);
    expect(server.logText()).toContain("ExchangeUserInfo");
  });

  it("if the server of this machine does not answer the handshake, and survives what it does later", async () => {
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const check = checkOf(url, { endpoint: { url, fingerprint: "AA:BB" } });
    expect((await linesOf(check, { ...context, timeout: 100 }))[0]).toContain("no reply within 100 ms");
    for (const socket of sockets) socket.resetAndDestroy();
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("without texts of an unknown server that a terminal would obey", async () => {
    const { gateway } = await start();
    const answerWith =
      (problem: object): Change =>
      (response, answer) => {
        response.resume();
        answer.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(problem));
      };
    const lineFor = async (problem: object) =>
      (await linesOf(checkOf(await startProxy([gateway.url], { change: answerWith(problem) }))))[0];
    const forged = "\u001b[2J\nok       sign-in";
    expect(await lineFor({ reason: `X${forged}` })).toContain("fails: status 403 | another server");
    const line = await lineFor({ reason: "FORBIDDEN", detail: forged + "x".repeat(500) });
    expect(line).toMatch(/fails: 403, FORBIDDEN \| {1,2}\[2J ok {7}sign-inx{20,200}$/);
  });

  it("if the base path is wrong", async () => {
    const { gateway } = await start();
    const [unknown] = await linesOf(checkOf(`${gateway.url}/login`));
    expect(unknown).toMatch(/404, ROUTE_NOT_FOUND \| the gateway answers, but the path/);
  });

  it.each<[string, number, RegExp]>([
    ["another server answers", 404, /status 404 \| another server answers at this address and path/],
    ["a proxy cannot reach the gateway", 502, /status 502 \| a proxy in between cannot reach the gateway/],
    ["a server redirects", 301, /status 301 \| a server in between redirects to https:\/\/www\.example\.com/],
  ])("if %s", async (_, status, text) => {
    const { gateway } = await start();
    const change: Change = (response, answer) => {
      response.resume();
      answer
        .writeHead(status, { "content-type": "text/html", location: "https://www.example.com/x" })
        .end("<html>");
    };
    expect((await linesOf(checkOf(await startProxy([gateway.url], { change }))))[0]).toMatch(text);
  });
});
