import { once } from "node:events";
import { connect } from "node:net";
import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";
import { sha256 } from "../../src/domain/secrets.js";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { api, type Browser, eventsPath, openBrowser } from "../gateway/browser.js";
import { basic, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { createManualClock } from "../support/clock.js";
import { newHandleKey, startTestGateway, type TestGateway } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";

const handleKeys = [newHandleKey()];

let server: TestServer;
/** Texts that no line may contain. */
let secrets: Map<string, string>;

beforeEach(async () => {
  server = await startTestServer();
  secrets = new Map();
  for (const [app, value] of Object.entries(appSecrets)) {
    secret(`secret of ${app}`, value);
    secret(`credential of ${app}`, basic(app, value).slice("Basic ".length));
  }
  secret("handle key", handleKeys[0] ?? "");
  for (const personal of ["alice-nick", "Full-Name", "alice@mail", "alice.png", "subject-of-alice"]) {
    secret(personal, personal);
  }
});
afterEach(() => server.stop());

function secret(name: string, value: string): string {
  if (value === "") throw new Error(`there is no ${name}`);
  secrets.set(name, value);
  return value;
}

/** Makes a whole login with the gateway's own API, and one failing call of each kind. */
async function callEverything(
  browser: Browser,
  end: (ticket: string, handle: string) => Promise<unknown>,
  codeVerifier?: string,
) {
  const alice = callersOf(server.client).user(await signToken("alice"));
  const { handle, ticketId, qrContent, pictures } = await browser.create({
    appId: "shop",
    customData: { order: secret("custom data", "custom-data-of-the-app") },
    deviceName: secret("device name", "device-of-somebody"),
    location: secret("place", "place-of-somebody"),
    ...(codeVerifier !== undefined && { codeChallenge: codeChallengeOf(codeVerifier) }),
  });
  secret("ticket id", ticketId);
  secret("QR text", JSON.stringify(qrContent).slice(1, -1));
  for (const [index, part] of handle.split(".").entries()) {
    if (part !== "") secret(`part ${index} of the handle`, part);
  }
  const opened = await createSealer(handleKeys, createManualClock(Date.now())).open("handle", handle);
  const held = opened?.content as { secret: string } | undefined;
  secret("ticket secret", held?.secret ?? "");
  secret("digest of the cookie", opened?.boundTo ?? "");
  for (const [name, value] of browser.cookies) secret(`cookie ${name}`, value);
  for (const file of Object.values(pictures)) {
    const parts = file.split("/").at(-1)?.split(".") ?? [];
    for (const part of parts.filter((text) => text.length > 20)) secret(`image ${part.length}`, part);
    expect((await browser.get(file.slice(file.indexOf(api)))).status).toBe(200);
  }
  const events = browser.events(handle);
  await events.next();
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  responseOrThrow(await alice.authorize({ ticketId }));
  await expect.poll(async () => (await browser.status(handle)).json.state).toBe("AUTHORIZED");
  const reported = (await browser.status(handle)).json.exchangeTicket;
  // Not every response contains it.
  if (typeof reported === "string") secret("exchange ticket", reported.split(".")[1] ?? "");
  await end(String(reported), handle);
  let last = await events.next();
  while (last !== undefined) last = await events.next();

  const failed = [
    await browser.status(secret("wrong handle", "wrong-handle-of-somebody")),
    await browser.get(eventsPath(secret("wrong handle in an address", "wrong-handle-in-an-address"))),
    await browser.post(`${api}/tickets`, { scene: secret("wrong scene", "scene".repeat(20)) }),
    await browser.post(`${api}/tickets`, { [secret("unknown field", "field-of-nobody")]: 1 }),
    await browser.get(`${api}/pictures/${secret("wrong image", "wrong-picture".repeat(9))}.svg`),
    await browser.get(`${api}/pictures/%zz${secret("broken address", "broken-address")}`),
    await browser.get(`${api}/tickets/nowhere?handle=${secret("lost handle", `${"lost".repeat(30)}`)}`),
    await browser.withdraw(handle),
    await browser.post(`${api}/tickets`, {}, { origin: "https://evil.example.com" }),
    await browser.ask(`${api}/tickets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"appId": ${secret("broken body", "broken-body-of-somebody")}`,
    }),
  ];
  for (const { status } of failed) expect(status).toBeGreaterThanOrEqual(400);
}

/** Sends a request that the parser rejects after it has read the handle. */
async function garbage(url: string, handle: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET ${eventsPath(handle)} HTTP/1.1\r\ncookie: a=b\r\nbroken header\r\n\r\n`);
  socket.resume();
  await withTimeout(once(socket, "close"), "`close` of the socket");
}

function expectNoSecret(text: string): void {
  expect(secrets.size).toBeGreaterThan(25);
  const bytes = (value: string) => [...Buffer.from(value)].join(",");
  const shown = [...secrets].filter(([, value]) => text.includes(value) || text.includes(bytes(value)));
  expect(shown.map(([name]) => name)).toEqual([]);
}

describe("the log of the gateway at level trace", () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    const appOptions = { shop: { exchangeFromBrowser: true } };
    gateway = await startTestGateway(server.address, { handleKeys, appOptions });
  });
  afterEach(() => gateway.stop());

  it("contains no handle, cookie, secret, ticket id, image, QR text, token or personal data", async () => {
    const browser = openBrowser(gateway.url);
    await callEverything(browser, async (_ticket, handle) => {
      const { tokenSet } = (await browser.exchange(handle)).json;
      const { idToken, accessToken } = tokenSet as { idToken: string; accessToken: string };
      for (const part of [idToken, accessToken].flatMap((token) => token.split("."))) {
        secret(`part of a token ${part.length}`, part);
      }
    });
    const { handle } = await browser.create();
    secret("handle before garbage", handle);
    await garbage(browser.url, handle);
    expect(gateway.lines.some(({ msg }) => msg === "client error")).toBe(true);
    expectNoSecret(gateway.logText());
  });

  it("contains no secret when the site's backend exchanges, and neither does the service's log", async () => {
    const browser = openBrowser(gateway.url);
    const codeVerifier = secret("code verifier", createCodeVerifier());
    const exchange = async (exchangeTicket: string) => {
      const path = `${api}/tickets/exchange`;
      const right = { authorization: basic("shop", appSecrets.shop) };
      const wrong = { authorization: basic("shop", secret("wrong app secret", "not-the-secret")) };
      expect((await browser.post(path, { exchangeTicket, codeVerifier }, wrong)).status).toBe(401);
      expect((await browser.post(path, { exchangeTicket, codeVerifier }, right)).status).toBe(200);
    };
    await callEverything(browser, exchange, codeVerifier);
    expectNoSecret(gateway.logText());
    expectNoSecret(server.logText());
  });

  it("has a line for each request, with its route and a hash of the ticket id", async () => {
    const browser = openBrowser(gateway.url);
    const { handle, ticketId } = await browser.create();
    await browser.status(handle);
    await browser.status("wrong");
    const lines = gateway.lines.filter(({ msg }) => msg === "request");
    const ticket = sha256(ticketId).slice(0, 12);
    expect(lines).toMatchObject([
      { method: "POST", route: `${api}/tickets`, status: 201, app: "shop", ticket },
      { method: "GET", route: `${api}/tickets/status`, status: 200, app: "shop", ticket },
      { method: "GET", route: `${api}/tickets/status`, status: 404, reason: "TICKET_NOT_FOUND" },
    ]);
    for (const line of lines) expect(line.durationMs).toEqual(expect.any(Number));
  });
});

describe("the log of a server into which the gateway is registered, with its default request log", () => {
  let host: FastifyInstance;
  let lines: string[];
  beforeEach(() => {
    lines = [];
    host = fastify({
      logger: { level: "debug", stream: { write: (line: string) => void lines.push(line) } },
    });
  });
  afterEach(() => host.close());

  it.each(["", "/login"])(
    "contains no handle, secret or personal data, under the prefix %j",
    async (prefix) => {
      const pageFields = ["deviceName", "location", "customData"] as const;
      const apps = [{ id: "shop", secret: appSecrets.shop, pageFields }];
      const onSignIn: GatewayOptions["onSignIn"] = ({ tokenSet }) => {
        secret("id token", tokenSet?.idToken ?? "");
        return { welcome: true };
      };
      const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
      const service = { address: server.address };
      await host.register(plugin, { service, apps, handleKeys, onSignIn, prefix });
      host.get("/own", async () => "own");
      const browser = openBrowser(`${await host.listen({ host: "127.0.0.1", port: 0 })}${prefix}`);
      await callEverything(browser, async (_ticket, handle) => {
        expect((await browser.post(`${api}/tickets/complete`, { handle })).status).toBe(200);
      });
      await openBrowser(browser.url.slice(0, browser.url.length - prefix.length)).get("/own?page=2");
      expectNoSecret(lines.join(""));
      // The server's own lines are unchanged.
      expect(lines.some((line) => line.includes('"url":"/own?page=2"'))).toBe(true);
    },
  );
});
