import { beforeEach, describe, expect, it } from "vitest";
import { responseOrThrow } from "../support/callers.js";
import { api, eventsPath, openBrowser } from "./browser.js";
import { createCountingStore } from "./counting_store.js";
import { codeChallenge, exchangeAs, shopCredential } from "./exchange.js";
import { openStream } from "./http.js";
import { alice, browser, clock, gateway, restartGateway, scan, setUpGateway } from "./setup.js";

let store = createCountingStore();
beforeEach(() => {
  store = createCountingStore();
});
setUpGateway({ service: { store: (embedded) => store.wrap(embedded) } });

/** Opens the raw event stream of a handle, with the browser's cookies. */
function stream(handle: string, headers: Readonly<Record<string, string>> = {}) {
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  return openStream(`${gateway.url}${eventsPath(handle)}`, { headers: { cookie, ...headers } });
}

describe("an event stream", () => {
  it("an event stream sends the whole status at every step of a sign-in, and then ends for good", async () => {
    const created = await browser.create({ appId: "shop", codeChallenge });
    const events = browser.events(created.handle);
    const next = async () => (await events.next())?.data;
    const first = await events.next();
    expect(first).toEqual({
      type: "status",
      id: "1",
      data: (await browser.status(created.handle)).json,
    });
    await scan(created);
    const scannedBy = { nickname: "alice-nick", photoUrl: "https://img.example.com/alice.png" };
    expect(await next()).toEqual({ ...first?.data, state: "SCANNED", revision: 2, scannedBy });
    responseOrThrow(await alice.authorize(created));
    const authorized = await next();
    expect(authorized).toMatchObject({ state: "AUTHORIZED", revision: 3, scannedBy });
    await exchangeAs(shopCredential, authorized?.exchangeTicket);
    const last = await events.next();
    expect(last).toMatchObject({ type: "status", id: "4", data: { state: "EXCHANGED", scannedBy: null } });
    // EventSource reconnects, gets 204 and gives up.
    expect(await events.next()).toBeUndefined();
    expect(events.connections).toEqual([
      { status: 200, seen: undefined },
      { status: 204, seen: "4" },
    ]);
  });

  it("an event stream starts with the current status, whatever Last-Event-ID says", async () => {
    const created = await browser.create();
    await scan(created);
    for (const seen of ["1", "2", "nonsense", ""]) {
      const events = await stream(created.handle, { "last-event-id": seen });
      await events.until('"state":"SCANNED"');
      expect(events.status).toBe(200);
      expect(events.text()).toMatch(/^retry: \d+\n\nid: 2\nevent: status\ndata: \{.*\}\n\n$/);
    }
  });

  it("the event stream of a finished ticket sends the terminal status once, and ends", async () => {
    const { handle } = await browser.create();
    await browser.withdraw(handle);
    const events = await stream(handle, { "last-event-id": "1" });
    await events.ended;
    expect(events.text()).toMatch(
      /id: 2\nevent: status\ndata: .*"cancelReason":"WITHDRAWN_BY_CREATOR".*\}\n\n$/,
    );
    const again = await stream(handle, { "last-event-id": "2" });
    await again.ended;
    expect([again.status, again.text()]).toEqual([204, ""]);
  });

  it("an event stream reports expiry as a status", async () => {
    const { handle } = await browser.create();
    const events = await stream(handle);
    await events.until("PENDING");
    await clock.advanceAsync(121_000);
    await events.until('"state":"EXPIRED"');
    await events.ended;
  });

  it("an event stream is not buffered, compressed or cached on its way", async () => {
    const { handle } = await browser.create();
    const { status, headers } = await stream(handle, { "accept-encoding": "gzip, br" });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    expect(headers).not.toHaveProperty("content-length");
    expect(headers).not.toHaveProperty("content-encoding");
  });

  it("an event stream sends comments as heartbeats, which are not events", async () => {
    await restartGateway({ heartbeatIntervalMs: 4_000 });
    const { handle } = await browser.create();
    const events = await stream(handle);
    await events.until('"state":"PENDING"');
    await clock.advanceAsync(3_999);
    expect(events.text()).not.toContain("heartbeat");
    await clock.advanceAsync(8_001);
    await events.until(": heartbeat\n\n: heartbeat\n\n: heartbeat\n\n");
    expect(events.text().match(/event: /g)).toHaveLength(1);
  });

  it("an event stream is sent whatever the Accept header says", async () => {
    const { handle } = await browser.create();
    for (const accept of ["text/event-stream", "*/*", "text/*;q=0.5", "application/json", ""]) {
      const events = await stream(handle, { accept });
      await events.until('"state":"PENDING"');
      expect([events.status, events.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    }
  });

  it("a stream over the limit gets a problem event, and EventSource reconnects until it has a status", async () => {
    await restartGateway({ limits: { streams: 2 } });
    const { handle } = await browser.create();
    const one = await stream(handle);
    await one.until("PENDING");
    const rejected = await stream(handle);
    await rejected.ended;
    expect([rejected.status, rejected.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    const [, data = ""] = /^retry: 5000\n\nevent: problem\ndata: (\{.*\})\n\n$/.exec(rejected.text()) ?? [];
    expect(JSON.parse(data)).toEqual({
      title: "Service Unavailable",
      status: 503,
      detail: "too many event streams are open",
      reason: "STREAMS_EXHAUSTED",
      retryAfterMs: 5_000,
      requestId: expect.any(String),
    });
    one.leave();
    const again = async () => {
      const events = await stream(handle);
      await events.until("event: ");
      return events.text();
    };
    await expect.poll(again).toContain("PENDING");
  });

  it("an event stream with a wrong handle gets a plain error, after which EventSource does not reconnect", async () => {
    const events = openBrowser(gateway.url).events((await browser.create()).handle);
    expect(await events.next()).toBeUndefined();
    expect(events.connections).toEqual([{ status: 404, seen: undefined }]);
  });
});

describe("many streams of one ticket", () => {
  it("streams of one ticket share one watch of the service, so that none ends another", async () => {
    const created = await browser.create();
    const streams = await Promise.all(Array.from({ length: 10 }, () => stream(created.handle)));
    for (const one of streams) await one.until("PENDING");
    await browser.status(created.handle);
    expect([store.openWatches(), store.totalWatches()]).toEqual([1, 1]);
    await scan(created);
    for (const one of streams) await one.until("SCANNED");
    await browser.withdraw(created.handle);
    for (const one of streams) {
      await one.until("CANCELLED");
      await one.ended;
      expect(one.text()).not.toContain("problem");
    }
    await expect.poll(store.openWatches).toBe(0);
  });

  it("streams of different tickets have separate watches", async () => {
    const [first, second] = [await browser.create(), await browser.create()];
    for (const { handle } of [first, second]) await (await stream(handle)).until("PENDING");
    expect(store.openWatches()).toBe(2);
  });
});

describe("after the last reader disconnects", () => {
  it("a watch continues for twenty seconds after the last reader disconnects", async () => {
    // The heartbeat timers, which end with the readers, must not fall into the counted period.
    await restartGateway({ heartbeatIntervalMs: 60_000 });
    const { handle } = await browser.create();
    const [one, other] = [await stream(handle), await stream(handle)];
    await one.until("PENDING");
    await other.until("PENDING");
    one.leave();
    await one.ended;
    await clock.advanceAsync(30_000);
    expect(store.openWatches()).toBe(1);
    const before = clock.pendingCountWithin(20_000);
    other.leave();
    await other.ended;
    // The gateway has noticed the disconnect once this timer exists.
    await expect.poll(() => clock.pendingCountWithin(20_000)).toBe(before + 1);
    await clock.advanceAsync(19_999);
    expect(store.openWatches()).toBe(1);
    await clock.advanceAsync(1);
    await expect.poll(store.openWatches).toBe(0);
  });

  it("a reader that returns within twenty seconds finds the same watch", async () => {
    const { handle } = await browser.create();
    for (let count = 0; count < 5; count++) {
      await browser.status(handle);
      await clock.advanceAsync(15_000);
    }
    expect([store.openWatches(), store.totalWatches()]).toEqual([1, 1]);
    await clock.advanceAsync(20_000);
    await expect.poll(store.openWatches).toBe(0);
    expect((await browser.get(`${api}/tickets/status`, { "qrlogin-handle": handle })).status).toBe(200);
    expect(store.totalWatches()).toBe(2);
  });
});
