import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TicketState } from "../../src/client/index.js";
import type { GatewayObserver, SignIn } from "../../src/gateway/index.js";
import { redaction } from "../../src/log/redaction.js";
import { basic, type Calls, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { flushPromises } from "../support/clock.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets, type LogLine, startTestServer, type TestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, eventsPath, openBrowser } from "./browser.js";
import { envelope, rpcPath } from "./connect/rpc_calls.js";
import { type Host, type HostOptions, hostKinds, startHost } from "./hosts.js";
import { openStream } from "./http.js";

// The core of the gateway in each server that it can run in. The other tests of this folder need one of them only.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.stop());

const otherOrigin = "https://listed.example.com";

describe.each(hostKinds)("the gateway as a %s", (kind) => {
  // A user of its own for each, since the service limits the sign-ins of one user.
  const user = `user-of-the-${kind.split(" ")[0]}`;
  let phoneToken: string;
  let phone: Calls;
  let host: Host;
  let browser: Browser;
  let signedIn: SignIn[];
  let written: string[];
  const lines = () => written.map((line) => JSON.parse(line) as LogLine);

  async function start(more: Partial<HostOptions> = {}): Promise<Host> {
    written = [];
    const write = (line: string) => void written.push(line);
    return startHost(kind, {
      service: { address: server.address },
      apps: [{ id: "shop", secret: appSecrets.shop, origins: [otherOrigin] }],
      handleKeys: [newHandleKey()],
      rpcMethods: ["MarkScanned", "WatchStatus"],
      log: pino({ level: "trace", redact: redaction }, { write }),
      async signIn(signIn) {
        signedIn.push(signIn);
        return {
          result: { welcome: signIn.user?.nickname },
          cookies: ["session=1; Path=/", "seen=2; Path=/"],
        };
      },
      ...more,
    });
  }
  async function approve({ qrContent, ticketId }: Created): Promise<void> {
    responseOrThrow(await phone.markScanned(scannedByText(qrContent)));
    responseOrThrow(await phone.authorize({ ticketId }));
  }
  beforeAll(async () => {
    phoneToken = await signToken(user);
    phone = callersOf(server.client).user(phoneToken);
    signedIn = [];
    host = await start();
    browser = openBrowser(host.url);
  });
  afterAll(async () => host.stop());

  it("a user signs in: code, events, completion with the cookies of the site", async () => {
    const created = await browser.create({});
    const events = browser.events(created.handle);
    expect(await events.next()).toMatchObject({ type: "status", id: "1", data: { state: "PENDING" } });
    await approve(created);
    let event = await events.next();
    while (event?.data.state !== "AUTHORIZED") event = await events.next();
    expect((await browser.status(created.handle)).json).toMatchObject({
      state: "AUTHORIZED",
      exchangeTicket: null,
    });
    const answer = await browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json]).toEqual([200, { welcome: `${user}-nick` }]);
    expect(signedIn).toMatchObject([{ appId: "shop", user: { userId: `subject-of-${user}` } }]);
    expect([browser.cookies.get("session"), browser.cookies.get("seen")]).toEqual(["1", "2"]);
  });

  it("a handle works only in the browser that created the ticket", async () => {
    const created = await browser.create({});
    await approve(created);
    const stranger = openBrowser(host.url);
    await stranger.create({});
    const answer = await stranger.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    expect([answer.status, answer.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
    const stream = await stranger.get(eventsPath(created.handle));
    expect([stream.status, stream.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
  });

  it("the phone sees the address that the trusted proxy reports", async () => {
    const { qrContent, ticketId } = await browser.create({}, { "x-forwarded-for": "198.51.100.7" });
    const scanned = responseOrThrow(await phone.markScanned(scannedByText(qrContent)));
    responseOrThrow(await phone.cancel({ ticketId }));
    expect(scanned.requester?.ipAddress).toBe("198.51.100.7");
  });

  it("pages of listed origins can call, with a preflight, and no other pages", async () => {
    const path = "/qrlogin/v1/tickets";
    const asks = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const preflight = await browser.ask(path, {
      method: "OPTIONS",
      headers: { origin: otherOrigin, ...asks },
    });
    expect([preflight.status, preflight.headers["access-control-allow-origin"]]).toEqual([204, otherOrigin]);
    const refused = await browser.post(path, {}, { origin: "https://other.example.com" });
    expect([refused.status, refused.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    const own = await browser.post(path, {}, { origin: host.url });
    expect(own.status).toBe(201);
  });

  it("images, keys, the widget and the Authing API are served, and unknown paths are not", async () => {
    const { pictures } = await browser.create({});
    const image = await browser.get(pictures.png);
    expect([image.status, image.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(image.bytes.subarray(1, 4).toString()).toBe("PNG");
    expect((await browser.get("/.well-known/jwks.json")).json).toMatchObject({ keys: [{ alg: "ES256" }] });
    expect((await browser.get("/qrlogin/v1/widget.js")).text).toContain("startScanning");
    const gene = await browser.post(
      "/api/v2/qrcode/gene",
      { scene: "APP_AUTH" },
      { "x-authing-app-id": "shop" },
    );
    expect(gene.json).toMatchObject({ code: 200 });
    const missing = await browser.get("/qrlogin/v1/missing");
    expect([missing.status, missing.json.reason]).toEqual([404, "ROUTE_NOT_FOUND"]);
    expect((await browser.get("/elsewhere")).status).toBe(404);
  });

  it("phones call over Connect, and backends watch over Connect", async () => {
    const created = await browser.create({});
    const { qrContent } = created;
    const scan = await browser.post(
      rpcPath("MarkScanned"),
      { qrContent },
      {
        authorization: `Bearer ${phoneToken}`,
      },
    );
    expect([scan.status, scan.json]).toMatchObject([200, { app: { name: "Example Shop" } }]);
    responseOrThrow(await phone.cancel({ ticketId: created.ticketId }));
    const shop = callersOf(server.client).app("shop");
    const { ticketId, ticketSecret } = responseOrThrow(await shop.createTicket({}));
    const stream = await openStream(
      host.url + rpcPath("WatchStatus"),
      {
        method: "POST",
        headers: {
          authorization: basic("shop", appSecrets.shop),
          "content-type": "application/connect+json",
        },
        body: envelope(Buffer.from(JSON.stringify({ ticketId, ticketSecret }))),
      },
      "latin1",
    );
    await stream.until("TICKET_STATE_PENDING");
    responseOrThrow(await shop.withdraw({ ticketId, ticketSecret }));
    await stream.until("TICKET_STATE_CANCELLED");
    await stream.ended;
    const status = responseOrThrow(await shop.getStatus({ ticketId, ticketSecret }));
    expect(status.status?.state).toBe(TicketState.CANCELLED);
  });

  it("bodies that are too large, too deep, broken or of another type are rejected", async () => {
    const path = "/qrlogin/v1/tickets";
    const post = (body: string, type = "application/json") =>
      browser.ask(path, { method: "POST", headers: { "content-type": type }, body });
    expect((await post(JSON.stringify({ scene: "a".repeat(9_000) }))).status).toBe(413);
    expect((await post(`${"[".repeat(100)}${"]".repeat(100)}`)).json.reason).toBe("INVALID_REQUEST");
    expect((await post("{")).json.reason).toBe("INVALID_REQUEST");
    expect((await post("scene=a", "application/x-www-form-urlencoded")).status).toBe(415);
  });

  it("limits count by address, and a stream over the limit displaces another", async () => {
    const limited = await start({ limits: { ticketsPerMinute: 2, streams: 2 } });
    try {
      const from = (address: string) => openBrowser(limited.url, { headers: { "x-forwarded-for": address } });
      const [first, second] = [from("198.51.100.1"), from("198.51.100.2")];
      const [one, two] = [await first.create({}), await first.create({})];
      expect((await first.post("/qrlogin/v1/tickets", {})).json).toMatchObject({ reason: "RATE_LIMITED" });
      const open = (by: Browser, { handle }: Created, address: string) =>
        openStream(limited.url + eventsPath(handle), {
          headers: {
            "x-forwarded-for": address,
            cookie: [...by.cookies].map((pair) => pair.join("=")).join("; "),
          },
        });
      const stream = await open(first, one, "198.51.100.1");
      await stream.until("PENDING");
      await (await open(first, two, "198.51.100.1")).until("STREAMS_EXHAUSTED");
      await (await open(second, await second.create({}), "198.51.100.2")).until("PENDING");
      stream.leave();
    } finally {
      await limited.stop();
    }
  });

  it("a stop ends the streams, and waits for a sign-in that has begun", async () => {
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const stopping = await start({
      async signIn() {
        begin();
        await finished;
        return { result: "welcome", cookies: [] };
      },
    });
    const visitor = openBrowser(stopping.url);
    const created = await visitor.create({});
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const stream = await openStream(stopping.url + eventsPath(created.handle), { headers: { cookie } });
    await stream.until("PENDING");
    await approve(created);
    const answer = visitor.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
    await withTimeout(begun, "the hook");
    let isStopped = false;
    const stopped = stopping.stop().then(() => {
      isStopped = true;
    });
    await stream.ended;
    for (let turn = 0; turn < 20; turn++) await flushPromises();
    expect(isStopped).toBe(false);
    finish();
    expect((await answer).text).toBe("welcome");
    await withTimeout(stopped, "the stop of the host");
  });

  it("an observer hears of requests by their routes, and of calls to the service", async () => {
    const heard: string[] = [];
    const observer: Partial<GatewayObserver> = {
      requestEnded: ({ route, status }) => heard.push(`${route} ${status}`),
      callEnded: ({ method, codeName }) => heard.push(`${method} ${codeName}`),
    };
    const observed = await start({ observer });
    await openBrowser(observed.url).create({});
    const expected = ["/qrlogin/v1/tickets 201", "qrlogin.v1.QrLoginService/CreateTicket OK"];
    await expect.poll(() => heard).toEqual(expect.arrayContaining(expected));
    await observed.stop();
  });

  it("each request has one log line, which holds no handle, cookie or text of the code", async () => {
    const logged = await start();
    const visitor = openBrowser(logged.url);
    const { handle, qrContent, pictures } = await visitor.create({});
    await visitor.status(handle);
    await visitor.get(eventsPath(`${handle}wrong`));
    await visitor.get(pictures.svg);
    await logged.stop();
    const requests = lines().filter(({ msg }) => msg === "request");
    expect(requests.map(({ route, status }) => [route, status])).toEqual([
      ["/qrlogin/v1/tickets", 201],
      ["/qrlogin/v1/tickets/status", 200],
      ["/qrlogin/v1/tickets/events", 404],
      ["/qrlogin/v1/pictures/*", 200],
    ]);
    const text = written.join("");
    const image = pictures.svg.split("/").at(-1) ?? "";
    for (const secret of [handle, qrContent, image, [...visitor.cookies.values()][0] ?? ""]) {
      expect(text).not.toContain(secret);
    }
  });
});
