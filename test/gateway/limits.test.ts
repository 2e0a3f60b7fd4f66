import { describe, expect, it } from "vitest";
import { api, eventsPath, openBrowser } from "./browser.js";
import { openStream } from "./http.js";
import { browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

const limits = { ticketsPerMinute: 3, callsPerMinute: 4 };

setUpGateway({ gateway: { limits, trustedProxies: ["127.0.0.1"] } });

const tickets = `${api}/tickets`;

function from(address: string) {
  return openBrowser(gateway.url, { headers: { "x-forwarded-for": address } });
}

describe("tickets of one address", () => {
  it("tickets over the limit of an address are rejected with Retry-After", async () => {
    for (let count = 0; count < 3; count++) await browser.create();
    const answer = await browser.post(tickets, { appId: "shop" });
    expect(answer.status).toBe(429);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { retryAfterMs, ...rest } = answer.json;
    expect(rest).toEqual({
      title: "Too Many Requests",
      status: 429,
      detail: "too many requests from this address",
      reason: "RATE_LIMITED",
      limit: "requester_address",
      requestId: expect.any(String),
    });
    const seconds = Number(answer.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(Math.ceil(Number(retryAfterMs) / 1_000)).toBe(seconds);
    const line = gateway.lines.find(({ reason }) => reason === "RATE_LIMITED");
    expect(line).toMatchObject({ msg: "request", status: 429, limit: "requester_address" });
  });

  it("tickets are counted by address, and by network for IPv6", async () => {
    for (const host of [":1", ":2", "ffff:ffff:ffff:ffff"]) await from(`2001:db8:0:1:${host}`).create();
    const create = async (address: string) => (await from(address).post(tickets, { appId: "shop" })).status;
    expect(await create("2001:db8:0:1::9")).toBe(429);
    expect(await create("2001:db8:0:2::9")).toBe(201);
    for (const address of ["203.0.113.7", "203.0.113.7", "203.0.113.7:99"]) await from(address).create();
    expect(await create("203.0.113.7")).toBe(429);
    expect(await create("203.0.113.8")).toBe(201);
  });

  it("tickets are counted before the request is read, so that rejected requests count too", async () => {
    for (let count = 0; count < 3; count++) await browser.post(tickets, "nonsense");
    expect((await browser.post(tickets, { appId: "shop" })).status).toBe(429);
  });

  it("tickets can be created again after a minute, although the wall clock was set back meanwhile", async () => {
    for (let count = 0; count < 3; count++) await browser.create();
    clock.adjust(-3_600_000);
    clock.advance(59_999);
    const answer = await browser.post(tickets, { appId: "shop" });
    expect(answer.status).toBe(429);
    expect(answer.json.retryAfterMs).toBe(1);
    clock.advance(1);
    await browser.create();
  });
});

describe("tickets of one IPv6 network", () => {
  it("an IPv6 network can create four times the tickets of an address, however many addresses ask", async () => {
    const create = async (address: string) => (await from(address).post(tickets, { appId: "shop" })).status;
    for (const subnet of [1, 2, 3, 4]) {
      for (const host of [1, 2, 3]) expect(await create(`2001:db8:7:${subnet}::${host}`)).toBe(201);
    }
    expect(await create("2001:db8:7:5::1")).toBe(429);
    expect(await create("2001:db8:8:5::1")).toBe(201);
  });
});

describe("other calls of one address", () => {
  it("other calls share a separate limit, which status calls and streams neither count for nor reach", async () => {
    const { handle, pictures } = await browser.create();
    for (let count = 0; count < 2; count++) expect((await browser.withdraw(handle)).status).toBe(200);
    for (let count = 0; count < 2; count++) expect((await browser.get(pictures.svg)).status).toBe(200);
    expect((await browser.withdraw(handle)).status).toBe(429);
    expect((await browser.get(pictures.svg)).status).toBe(429);
    expect((await browser.exchange(handle)).status).toBe(429);
    for (let count = 0; count < 50; count++) expect((await browser.status(handle)).status).toBe(200);
    for (let count = 0; count < 20; count++) {
      expect((await browser.get(eventsPath(handle))).status).toBe(200);
    }
    // The limit on creation is not affected.
    expect((await browser.create()).ticketId).toBeDefined();
  });

  it("other calls are limited even if they are invalid", async () => {
    for (let count = 0; count < 4; count++) {
      const answer = await browser.post(`${tickets}/exchange`, { exchangeTicket: "guess" });
      expect(answer.status).toBe(401);
    }
    const answer = await browser.post(`${tickets}/exchange`, { exchangeTicket: "guess" });
    expect([answer.status, answer.json.reason]).toEqual([429, "RATE_LIMITED"]);
  });
});

describe("event streams", () => {
  const open = async (address: string) => {
    const visitor = from(address);
    const { handle } = await visitor.create();
    const [pair = []] = [...visitor.cookies];
    const headers = { "x-forwarded-for": address, cookie: pair.join("=") };
    return openStream(`${gateway.url}${eventsPath(handle)}`, { headers });
  };
  const trustedProxies = ["127.0.0.1"];

  it("one address can open at most half of all streams, and a closed one makes room", async () => {
    await restartGateway({ limits: { streams: 4 }, trustedProxies });
    const first = await open("203.0.113.7");
    await first.until("PENDING");
    await (await open("203.0.113.7")).until("PENDING");
    await (await open("203.0.113.7")).until('"reason":"STREAMS_EXHAUSTED"');
    first.leave();
    const tried = async () => {
      const events = await open("203.0.113.7");
      await events.until("event: ");
      return events.text();
    };
    await expect.poll(tried).toContain('"state":"PENDING"');
  });

  it("at the total limit, the newest stream of the address with the most is ended", async () => {
    await restartGateway({ limits: { streams: 4 }, trustedProxies });
    const first = await open("203.0.113.7");
    const second = await open("203.0.113.7");
    for (const address of ["203.0.113.8", "203.0.113.9", "203.0.113.10"]) {
      await (await open(address)).until("PENDING");
    }
    await second.ended;
    await first.until("PENDING");
    // Now each address has one stream.
    await (await open("203.0.113.11")).until("STREAMS_EXHAUSTED");
  });

  it("one address can open the configured number of streams, and an IPv6 network four times as many", async () => {
    await restartGateway({ limits: { streams: 100, streamsPerAddress: 1 }, trustedProxies });
    for (const subnet of [1, 2, 3, 4]) await (await open(`2001:db8:7:${subnet}::1`)).until("PENDING");
    await (await open("2001:db8:7:1::2")).until("STREAMS_EXHAUSTED");
    await (await open("2001:db8:7:5::1")).until("STREAMS_EXHAUSTED");
    await (await open("2001:db8:8:5::1")).until("PENDING");
  });
});
