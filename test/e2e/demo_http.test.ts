import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { codeChallengeOf, createAppClient, createCodeVerifier } from "../../src/client/index.js";
import { sendRequest, type TestRequest, type TestResponse } from "../gateway/http.js";
import { app, pool, temporaryFile } from "../support/config_files.js";
import { type Demo, startDemo } from "../support/demo_fixture.js";
import { newHandleKey } from "../support/gateway.js";
import { anyPortEnvironment, readyAddresses, startQrlogin } from "../support/process.js";

const post = (url: string, body: unknown, headers: TestRequest["headers"] = {}): Promise<TestResponse> =>
  sendRequest(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** Code verifier of the browser that signs in, and the demo website's cookie with it. */
const codeVerifier = createCodeVerifier();
const verifierCookie = { cookie: `demo-verifier=${codeVerifier}` };

/** Creates a ticket that alice has approved on the demo phone, ready for the exchange. */
async function createAuthorizedTicket({ url, grpcAddress }: Demo) {
  const client = createAppClient({ address: grpcAddress, appId: "demo-app", appSecret: "demo-secret" });
  onTestFinished(() => client.close());
  const { ticketId, ticketSecret, qrContent } = await client.createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
  });
  const { token } = (await post(`${url}/demo/phone/token`, { user: "alice" })).json;
  const asAlice = { authorization: `Bearer ${token}` };
  const service = `${url}/qrlogin.v1.QrLoginService`;
  expect((await post(`${service}/MarkScanned`, { qrContent }, asAlice)).json).toMatchObject({ ticketId });
  expect((await post(`${service}/Authorize`, { ticketId }, asAlice)).status).toBe(200);
  const { status } = await client.getStatus({ ticketId, ticketSecret });
  return { ticketId, ticketSecret, qrContent, token, ticket: status?.exchangeTicket ?? "" };
}

it("starts a session with a cookie that scripts and other sites cannot use, and ends it", async () => {
  const demo = await startDemo();
  const session = `${demo.url}/demo/session`;
  const { ticket } = await createAuthorizedTicket(demo);
  const response = await post(session, { ticket }, verifierCookie);
  expect(response.json.user).toMatchObject({ nickname: "Alice", email: "alice@example.com" });
  const [cookie = "", verifier = "", ...others] = response.headers["set-cookie"] ?? [];
  expect(others).toEqual([]);
  expect(verifier).toMatch(/^demo-verifier=; .*Expires=Thu, 01 Jan 1970/);
  expect(cookie).toMatch(/^demo-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const own = { cookie: cookie.split(";")[0] ?? "" };
  expect((await sendRequest(session, { headers: own })).json.user).toMatchObject({ nickname: "Alice" });
  expect((await sendRequest(session)).json).toEqual({ user: null });
  expect((await post(session, { ticket }, verifierCookie)).json).toMatchObject({
    status: 409,
    reason: "TICKET_ALREADY_EXCHANGED",
  });
  expect((await post(`${session}/end`, {}, own)).status).toBe(200);
  expect((await sendRequest(session, { headers: own })).json).toEqual({ user: null });
});

it("rejects a ticket that another browser created, and shares one verifier among all tabs", async () => {
  const demo = await startDemo();
  const session = `${demo.url}/demo/session`;
  const { ticket } = await createAuthorizedTicket(demo);
  const challenge = (headers = {}) => post(`${session}/challenge`, {}, headers);
  const first = await challenge();
  const [cookie = ""] = first.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(/^demo-verifier=[\w-]{43}; Max-Age=900; Path=\/; HttpOnly; SameSite=Strict$/);
  const victim = { cookie: cookie.split(";")[0] ?? "" };
  expect(victim.cookie).not.toContain(String(first.json.codeChallenge));
  expect((await challenge(victim)).json).toEqual(first.json);
  for (const headers of [victim, {}, { cookie: "demo-verifier=" }, { cookie: "demo-verifier=short" }]) {
    const response = await post(session, { ticket }, headers);
    expect([response.status, response.json.reason]).toEqual([403, "PROOF_INVALID"]);
    expect(response.headers["set-cookie"]).toBeUndefined();
  }
  expect((await post(session, { ticket }, verifierCookie)).status).toBe(200);
});

it("a second sign-in starts a new session and ends the previous one", async () => {
  const demo = await startDemo();
  const session = `${demo.url}/demo/session`;
  const signIn = async ({ cookie = "" } = {}) => {
    const headers = { cookie: [verifierCookie.cookie, cookie].filter(Boolean).join("; ") };
    const response = await post(session, { ticket: (await createAuthorizedTicket(demo)).ticket }, headers);
    return { cookie: response.headers["set-cookie"]?.[0]?.split(";")[0] ?? "" };
  };
  const first = await signIn();
  const second = await signIn(first);
  expect(second.cookie).not.toBe(first.cookie);
  expect((await sendRequest(session, { headers: first })).json).toEqual({ user: null });
  expect((await sendRequest(session, { headers: second })).json.user).toMatchObject({ nickname: "Alice" });
});

it.each([
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415, "MEDIA_TYPE_NOT_SUPPORTED"],
  ["a form that posts text", { "content-type": "text/plain" }, 415, "MEDIA_TYPE_NOT_SUPPORTED"],
  ["a page of another site", { origin: "https://evil.example.com" }, 403, "ORIGIN_NOT_ALLOWED"],
  ["a page of another port of this machine", { origin: "http://127.0.0.1:1" }, 403, "ORIGIN_NOT_ALLOWED"],
  ["a page that hides its origin", { origin: "null" }, 403, "ORIGIN_NOT_ALLOWED"],
  [
    "a page whose name has been rebound to this machine",
    { host: "evil.test:1", origin: "http://evil.test:1", "sec-fetch-site": "same-origin" },
    403,
    "ORIGIN_NOT_ALLOWED",
  ],
  ["a host that only begins like this machine", { host: "127.0.0.1.evil.test" }, 403, "ORIGIN_NOT_ALLOWED"],
  ["a page of the same site without an origin", { "sec-fetch-site": "same-site" }, 403, "ORIGIN_NOT_ALLOWED"],
])("rejects sign-in, a request for a token and sign-out from %s", async (_, headers, status, reason) => {
  const demo = await startDemo();
  const { ticket } = await createAuthorizedTicket(demo);
  const calls = {
    "/demo/session": { ticket },
    "/demo/session/end": {},
    "/demo/phone/token": { user: "alice" },
  };
  for (const [path, body] of Object.entries(calls)) {
    const response = await post(demo.url + path, body, headers);
    expect([path, response.status, response.json.reason]).toEqual([path, status, reason]);
    expect(response.headers["set-cookie"]).toBeUndefined();
    expect(response.headers["access-control-allow-origin"]).toBeUndefined();
    expect(response.json.token).toBeUndefined();
  }
  // The ticket is still unused.
  expect((await post(`${demo.url}/demo/session`, { ticket }, verifierCookie)).status).toBe(200);
});

it.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])(
  "accepts requests to the loopback host %s",
  async (name) => {
    const { url } = await startDemo();
    const own = { host: `${name}:8080`, origin: `http://${name}:8080`, "sec-fetch-site": "same-origin" };
    expect((await post(`${url}/demo/session/end`, {}, own)).status).toBe(200);
  },
);

it("rejects an invalid body with 400 and the name of the invalid field", async () => {
  const demo = await startDemo();
  const bad = {
    "/demo/session": [
      {},
      { ticket: 1 },
      { ticket: "" },
      { ticket: "x".repeat(257) },
      { ticket: "x", more: 1 },
      [],
      "{",
    ],
    "/demo/phone/token": [{}, { user: "mallory" }, { user: ["alice"] }, { user: "alice", more: 1 }],
  };
  for (const [path, bodies] of Object.entries(bad)) {
    for (const body of bodies) {
      const response = await post(demo.url + path, body);
      expect([path, body, response.status, response.json.reason]).toEqual([
        path,
        body,
        400,
        "INVALID_REQUEST",
      ]);
    }
  }
  const { json } = await post(`${demo.url}/demo/phone/token`, { user: "mallory" });
  expect(json.fieldViolations).toMatchObject([{ field: "user" }]);
});

it("passes errors of the service on with their reason", async () => {
  const demo = await startDemo();
  const ticket = `${"A".repeat(22)}.${"A".repeat(43)}`;
  const response = await post(`${demo.url}/demo/session`, { ticket }, verifierCookie);
  expect([response.status, response.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
});

it("logs no ticket, no content of a code, no token and no session", async () => {
  const demo = await startDemo();
  const { ticketSecret, qrContent, ticket, ticketId, token } = await createAuthorizedTicket(demo);
  const response = await post(`${demo.url}/demo/session`, { ticket }, verifierCookie);
  const [, session = ""] = /=([^;]+)/.exec(response.headers["set-cookie"]?.[0] ?? "") ?? [];
  await post(`${demo.url}/demo/session`, { ticket }, verifierCookie);
  const text = demo.logText();
  expect(text).toContain("/demo/phone/token");
  const content = JSON.stringify(qrContent).slice(1, -1);
  for (const secret of [ticketSecret, ticketId, ticket, content, String(token), session]) {
    expect(secret).not.toBe("");
    expect(text).not.toContain(secret);
  }
});

it("serves no demo with a configuration, neither next to the service nor from a gateway", async () => {
  const secret = "a secret of a shop";
  const secretSha256 = [createHash("sha256").update(secret).digest("hex")];
  const file = (content: object) => temporaryFile("qrlogin.yaml", stringify(content));
  const service = file({
    userPools: [pool],
    apps: [{ ...app, secretSha256 }],
    grpc: { address: "127.0.0.1:0" },
  });
  const { grpc, gateway: beside } = await readyAddresses(startQrlogin(["serve", "--config", service]));
  expect(beside).toBe("");
  const apps = [{ id: "shop", secret }];
  const settings = { handleKeys: [newHandleKey()], address: "127.0.0.1:0", service: { address: grpc }, apps };
  const { gateway } = await readyAddresses(
    startQrlogin(["gateway", "--config", file({ gateway: settings })]),
  );
  expect((await sendRequest(`http://${gateway}/healthz`)).status).toBe(200);
  for (const path of ["/", "/phone", "/demo/website.js", "/demo/session"])
    expect([path, (await sendRequest(`http://${gateway}${path}`)).status]).toEqual([path, 404]);
  for (const path of ["/demo/session", "/demo/phone/token"])
    expect([path, (await post(`http://${gateway}${path}`, {})).status]).toEqual([path, 404]);
});

it("prints the addresses of the demo first in development mode", async () => {
  const running = startQrlogin(["serve"], anyPortEnvironment);
  const { gateway } = await readyAddresses(running);
  for (const path of ["/", "/phone"]) {
    const { status, headers } = await sendRequest(`http://${gateway}${path}`);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
  }
  running.kill("SIGTERM");
  const { stderr } = await running.exited;
  const urls = stderr.match(/http:\/\/\S+/g)?.slice(1, 3);
  expect(urls).toEqual([`http://${gateway}/`, `http://${gateway}/phone`]);
});
