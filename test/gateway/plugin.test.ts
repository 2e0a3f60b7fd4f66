import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";
import { type GatewayOptions, qrLoginGateway, type SignIn } from "../../src/gateway/index.js";
import { type Calls, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, openBrowser } from "./browser.js";

let server: TestServer;
let host: FastifyInstance;
let alice: Calls;
let signedIn: SignIn[];

beforeEach(async () => {
  server = await startTestServer();
  host = fastify();
  signedIn = [];
  alice = callersOf(server.client).user(await signToken("alice"));
});
afterEach(async () => {
  await host.close();
  await server.stop();
});

const codeChallenge = codeChallengeOf(createCodeVerifier());

/** A site's hook: sets a session cookie for the user who has signed in. */
const onSignIn: GatewayOptions["onSignIn"] = (signIn, request, reply) => {
  signedIn.push(signIn);
  reply.setCookie("session", `session-of-${signIn.user?.userId}`, { httpOnly: true, path: "/" });
  return { welcome: signIn.user?.nickname, from: request.ip };
};

function options(more: Partial<GatewayOptions> = {}): GatewayOptions {
  const apps = [{ id: "shop", secret: appSecrets.shop, origins: ["https://listed.example.com"] }];
  return { service: { address: server.address }, apps, handleKeys: [newHandleKey()], onSignIn, ...more };
}

/** Registers the gateway. The constant has the plain function type that `register` expects. */
async function register(given: GatewayOptions & { readonly prefix?: string }): Promise<void> {
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await host.register(plugin, given);
}

/** Starts the host, and opens a browser at its page. */
async function listen(): Promise<Browser> {
  return openBrowser(await host.listen({ host: "127.0.0.1", port: 0 }));
}

async function approve({ qrContent, ticketId }: Created): Promise<void> {
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  responseOrThrow(await alice.authorize({ ticketId }));
}

describe("the plugin in an existing server", () => {
  it("a sign-in that runs when the host stops is completed, and can still call the service", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = () => {};
    const exchanging = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await server.stop();
    server = await startTestServer({
      store: (embedded) => ({
        ...embedded,
        async replace(next, writeId) {
          if (next.state === "EXCHANGED") {
            arrived();
            await held;
          }
          return embedded.replace(next, writeId);
        },
      }),
    });
    alice = callersOf(server.client).user(await signToken("alice"));
    await register(options());
    const browser = await listen();
    const created = await browser.create({});
    await approve(created);
    const completed = browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    await withTimeout(exchanging, "an exchange that is being written");
    const closed = host.close();
    await expect.poll(() => host.server.listening).toBe(false);
    release();
    expect((await withTimeout(completed, "the answer to the page")).status).toBe(200);
    expect(signedIn).toMatchObject([{ user: { userId: "subject-of-alice" } }]);
    await withTimeout(closed, "the end of the host");
  });

  it("three lines sign a user in, and the page never receives the exchange ticket", async () => {
    await register(options());
    const browser = await listen();
    const created = await browser.create({});
    const events = browser.events(created.handle);
    await approve(created);
    let event = await events.next();
    while (event?.data.state !== "AUTHORIZED") event = await events.next();
    expect(event.data.exchangeTicket).toBeNull();
    expect((await browser.status(created.handle)).json).toMatchObject({
      state: "AUTHORIZED",
      exchangeTicket: null,
    });
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json]).toEqual([200, { welcome: "alice-nick", from: "127.0.0.1" }]);
    expect(browser.cookies.get("session")).toBe("session-of-subject-of-alice");
    expect(signedIn).toMatchObject([
      { appId: "shop", userPoolId: "customers", user: { userId: "subject-of-alice" }, tokenSet: {} },
    ]);
    expect((await events.next())?.data.state).toBe("EXCHANGED");
  });

  it("the plugin completes a sign-in only for the browser that created the ticket, after the approval", async () => {
    await register(options());
    const browser = await listen();
    const created = await browser.create({});
    const complete = (by: Browser) => by.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect((await complete(browser)).json).toMatchObject({ status: 409, reason: "TICKET_NOT_AUTHORIZED" });
    await approve(created);
    const otherBrowser = openBrowser(browser.url);
    await otherBrowser.create({});
    expect((await complete(otherBrowser)).json.reason).toBe("TICKET_NOT_FOUND");
    expect(signedIn).toEqual([]);
    expect((await complete(browser)).status).toBe(200);
  });

  it("the plugin works under a prefix, including images", async () => {
    await register({ ...options(), prefix: "/login" });
    const browser = await listen();
    const answer = await browser.post("/login/qrlogin/v1/tickets", {});
    const created = answer.json as unknown as Created;
    expect(created.pictures.svg).toMatch(/^\/login\/qrlogin\/v1\/pictures\//);
    expect((await browser.get(created.pictures.svg)).status).toBe(200);
    const { handle } = created;
    const status = await browser.get("/login/qrlogin/v1/tickets/status", { "qrlogin-handle": handle });
    expect(status.json.state).toBe("PENDING");
    expect((await browser.get("/login/.well-known/jwks.json")).status).toBe(200);
    expect((await browser.post("/qrlogin/v1/tickets", {})).status).toBe(404);
  });

  it("the plugin leaves the host's own routes, forms, errors and preflights alone", async () => {
    await register(options());
    host.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) =>
      done(null, body),
    );
    host.post("/form", async (request) => ({ body: request.body }));
    host.get("/boom", async () => {
      throw new Error("of the host");
    });
    const browser = await listen();
    const form = await browser.ask("/form", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example.com" },
      body: "a=b",
    });
    expect([form.status, form.json]).toEqual([200, { body: "a=b" }]);
    for (const name of ["cache-control", "content-security-policy", "vary", "access-control-allow-origin"]) {
      expect(form.headers).not.toHaveProperty(name);
    }
    expect((await browser.get("/boom")).json).toMatchObject({ message: "of the host" });
    expect((await browser.get("/nowhere")).json).toMatchObject({ message: "Route GET:/nowhere not found" });
    const preflight = await browser.ask("/form", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example.com", "access-control-request-method": "POST" },
    });
    expect(preflight.json).toMatchObject({ message: "Route OPTIONS:/form not found" });
  });

  it("a host that has already registered the gateway's plugins keeps its own settings", async () => {
    await host.register(cookie);
    await host.register(cors, { origin: ["https://host.example.com"], credentials: true });
    await host.register(helmet, { contentSecurityPolicy: { directives: { "default-src": ["'self'"] } } });
    await host.register(rateLimit, { max: 1_000 });
    await register(options());
    host.get("/own", async () => "own");
    const browser = await listen();
    const created = await browser.create({}, { origin: "https://listed.example.com" });
    await approve(created);
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect(answer.json).toMatchObject({ welcome: "alice-nick" });
    expect(answer.headers["content-security-policy"]).toContain("default-src 'self'");
    expect(answer.headers["cache-control"]).toBe("no-store");
    const own = await browser.get("/own", { origin: "https://host.example.com" });
    expect(own.headers["access-control-allow-origin"]).toBe("https://host.example.com");
    const listed = await browser.status(created.handle, { origin: "https://listed.example.com" });
    expect(listed.headers["access-control-allow-origin"]).toBe("https://listed.example.com");
    // A page that no app has listed is still rejected.
    const evil = await browser.post("/qrlogin/v1/tickets", {}, { origin: "https://evil.example.com" });
    expect(evil.json.reason).toBe("ORIGIN_NOT_ALLOWED");
  });

  it("a host that registers its plugins after the gateway starts too", async () => {
    await register(options());
    await host.register(cookie);
    await host.register(cors, { origin: true });
    await host.register(helmet);
    await host.register(rateLimit, { max: 1_000 });
    host.get("/own", async () => "own");
    const browser = await listen();
    const own = await browser.get("/own", { origin: "https://host.example.com" });
    expect(own.headers["access-control-allow-origin"]).toBe("https://host.example.com");
    const created = await browser.create({}, { origin: "https://listed.example.com" });
    expect((await browser.status(created.handle)).status).toBe(200);
    const preflight = await browser.ask("/own", {
      method: "OPTIONS",
      headers: { origin: "https://host.example.com", "access-control-request-method": "GET" },
    });
    expect(preflight.status).toBe(204);
  });

  it("a host's rate limit does not apply to the gateway's routes, and status calls and streams have none", async () => {
    await host.register(rateLimit, { max: 5 });
    await register(options({ limits: { ticketsPerMinute: 2 } }));
    const browser = await listen();
    const { handle } = await browser.create({});
    await browser.create({});
    const answer = await browser.post("/qrlogin/v1/tickets", {});
    expect(answer.status).toBe(429);
    expect(answer.json).toMatchObject({ status: 429, reason: "RATE_LIMITED" });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    for (let count = 0; count < 20; count++) expect((await browser.status(handle)).status).toBe(200);
    const path = `/qrlogin/v1/tickets/events?handle=${handle}`;
    await browser.withdraw(handle);
    for (let count = 0; count < 20; count++) expect((await browser.get(path)).status).toBe(200);
  });

  it("a hook that fails is an internal error, and the response does not quote it", async () => {
    const lines: string[] = [];
    await host.close();
    host = fastify({ logger: { level: "info", stream: { write: (line: string) => void lines.push(line) } } });
    const failing = () => {
      throw new Error("the-database-is-away");
    };
    await register(options({ onSignIn: failing }));
    const browser = await listen();
    const created = await browser.create({});
    await approve(created);
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json]).toEqual([
      500,
      {
        title: "Internal Server Error",
        status: 500,
        detail: "internal error",
        reason: "INTERNAL",
        requestId: expect.any(String),
      },
    ]);
    expect(lines.some((line) => line.includes("the-database-is-away"))).toBe(true);
  });

  it("a hook may send the response itself", async () => {
    const refusing: GatewayOptions["onSignIn"] = (_signIn, _request, reply) =>
      reply.code(403).send({ sorry: "no account here" });
    await register(options({ onSignIn: refusing }));
    const browser = await listen();
    const created = await browser.create({});
    await approve(created);
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json]).toEqual([403, { sorry: "no account here" }]);
  });

  it("the plugin can be registered twice, under two prefixes", async () => {
    await register({ ...options(), prefix: "/one" });
    await register({ ...options(), prefix: "/two" });
    const browser = await listen();
    for (const prefix of ["/one", "/two"]) {
      expect((await browser.post(`${prefix}/qrlogin/v1/tickets`, {})).status).toBe(201);
    }
  });

  it("the plugin ends its streams at once when the host closes", async () => {
    await register(options());
    const browser = await listen();
    const { handle } = await browser.create({});
    const events = browser.events(handle);
    await events.next();
    await host.close();
    expect(host.server.listening).toBe(false);
  });

  it("the plugin does not complete sign-ins of unbound handles, and pages receive the exchange ticket", async () => {
    const apps = [{ id: "shop", secret: appSecrets.shop, bindToBrowser: false }];
    await register(options({ apps }));
    const browser = await listen();
    const created = await browser.create({ codeChallenge });
    const events = browser.events(created.handle);
    await approve(created);
    let event = await events.next();
    while (event?.data.state !== "AUTHORIZED") event = await events.next();
    const { exchangeTicket } = (await browser.status(created.handle)).json;
    expect(exchangeTicket).toEqual(expect.stringContaining(created.ticketId));
    expect(event.data.exchangeTicket).toBe(exchangeTicket);
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json.reason]).toEqual([403, "EXCHANGE_NOT_ALLOWED"]);
    expect(signedIn).toEqual([]);
  });

  it("the plugin rejects a code challenge if it completes sign-ins: the exchange would fail later", async () => {
    await register(options());
    const browser = await listen();
    const { json } = await browser.post("/qrlogin/v1/tickets", { codeChallenge });
    expect(json).toMatchObject({ reason: "INVALID_REQUEST", fieldViolations: [{ field: "codeChallenge" }] });
  });

  it("the plugin does not complete a sign-in without a hook, and the page receives the exchange ticket", async () => {
    await register(options({ onSignIn: undefined }));
    const browser = await listen();
    const created = await browser.create({ codeChallenge });
    await approve(created);
    const { json } = await browser.status(created.handle);
    expect(json.exchangeTicket).toEqual(expect.stringContaining(created.ticketId));
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json.reason]).toEqual([403, "EXCHANGE_NOT_ALLOWED"]);
  });
});
