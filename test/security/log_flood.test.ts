import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createLogRateLimiter,
  errorLinesPerInterval,
  summaryInterval,
} from "../../src/log/log_rate_limiter.js";
import { createCallLog } from "../../src/server/calls/call_log.js";
import { api, eventsPath, openBrowser } from "../gateway/browser.js";
import { rpcPath } from "../gateway/connect/rpc_calls.js";
import {
  asApp,
  authorization,
  basic,
  callersOf,
  callsOf,
  createTestTicket,
  watchOf,
} from "../support/callers.js";
import { createManualClock } from "../support/clock.js";
import { freePort } from "../support/free_port.js";
import { startTestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { appSecrets, type LogLine, startTestServer, type TestServerOptions } from "../support/server.js";

const flood = 300;

async function startServer(options: TestServerOptions = {}) {
  const clock = createManualClock(Date.now());
  const server = await startTestServer({ logLevel: "info", clock, ...options });
  onTestFinished(() => server.stop());
  return { ...server, server, clock, errorLines: errorLinesIn(server) };
}

/** Returns the lines of calls with this reason. */
const errorLinesIn =
  (log: { readonly lines: readonly LogLine[] }) =>
  (wanted: string): LogLine[] =>
    log.lines.filter(({ reason, msg }) => reason === wanted && msg !== "errors summarized");

const summariesIn = ({ lines }: { readonly lines: readonly LogLine[] }) =>
  lines.filter(({ msg }) => msg === "errors summarized");

const times = <T>(count: number, call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));

describe("the log of the service under many calls", () => {
  it("has few lines for calls with a wrong credential, and a summary of the others", async () => {
    const { server, client, clock, errorLines } = await startServer();
    const unauthenticated = callsOf(client, authorization(basic("shop", "wrong")));
    await times(flood, () => unauthenticated.createTicket());
    await times(flood, () => unauthenticated.getSigningKeys());
    expect(errorLines("APP_UNAUTHENTICATED")).toHaveLength(errorLinesPerInterval);
    clock.advance(summaryInterval);
    const [summary, ...others] = summariesIn(server);
    expect(others).toEqual([]);
    const counts = summary?.counts as Record<string, Record<string, number>>;
    const summed = Object.values(counts).map((reasons) => reasons.APP_UNAUTHENTICATED ?? 0);
    expect(Object.keys(counts).toSorted()).toEqual(["CreateTicket", "GetSigningKeys"]);
    expect(summed.reduce((sum, count) => sum + count)).toBe(2 * flood - errorLinesPerInterval);
    expect(Buffer.byteLength(server.logText())).toBeLessThan(8_000);
  });

  it("has a line for every successful call, and for the first errors of other apps and reasons", async () => {
    const { server, client, errorLines } = await startServer();
    const [shop, blog] = [callersOf(client).app("shop"), callersOf(client).app("blog")];
    const unknown = { ticketId: "a".repeat(22), ticketSecret: "b".repeat(43) };
    await times(flood, () => shop.getStatus(unknown));
    await times(3, () => blog.getStatus(unknown));
    await shop.createTicket({ scene: "not a scene" });
    await times(flood, () => shop.createTicket());
    expect(errorLines("TICKET_NOT_FOUND").filter(({ app }) => app === "shop")).toHaveLength(
      errorLinesPerInterval,
    );
    expect(errorLines("TICKET_NOT_FOUND").filter(({ app }) => app === "blog")).toHaveLength(3);
    expect(errorLines("INVALID_REQUEST")).toHaveLength(1);
    expect(server.lines.filter(({ code }) => code === "OK")).toHaveLength(flood);
  });

  it("has few lines with a cause while the store is unreachable, and a summary at level warn", async () => {
    const { server, client, clock, errorLines } = await startServer({
      store: (embedded) => ({ ...embedded, get: () => Promise.reject(new Error("the store is broken")) }),
    });
    const shop = callersOf(client).app("shop");
    const ticket = await createTestTicket(shop);
    await times(flood, () => shop.getStatus(ticket));
    expect(errorLines("INTERNAL")).toHaveLength(errorLinesPerInterval);
    clock.advance(summaryInterval);
    const counts = { GetStatus: { INTERNAL: flood - errorLinesPerInterval } };
    expect(summariesIn(server)).toMatchObject([{ level: 40, counts }]);
  });

  it("names the exceeded limit in the lines of rejected calls and in their summary", async () => {
    const { server, client, clock, errorLines } = await startServer({
      settings: { policy: { limits: { missesPerApp: 5 } } },
    });
    const shop = callersOf(client).app("shop");
    const unknown = { ticketId: "a".repeat(22), ticketSecret: "b".repeat(43) };
    await times(60, () => shop.getStatus(unknown));
    const named = errorLines("RATE_LIMITED").map(({ limit }) => limit);
    expect(named).toEqual(Array.from({ length: errorLinesPerInterval }, () => "ticket_misses"));
    clock.advance(summaryInterval);
    const counts = { GetStatus: { "RATE_LIMITED ticket_misses": expect.any(Number) } };
    expect(summariesIn(server)).toMatchObject([{ counts }]);
  });

  it("summarizes watches that a stop ends", async () => {
    const { service, client, server, errorLines } = await startServer();
    const tickets = await times(30, () => createTestTicket(callersOf(client).app("shop")));
    await Promise.all(tickets.map((ticket) => watchOf(client, asApp("shop"), ticket).next()));
    await service.stop();
    expect(errorLines("SERVER_DRAINING")).toHaveLength(errorLinesPerInterval);
    expect(summariesIn(server)).toMatchObject([{ counts: { WatchStatus: { SERVER_DRAINING: 10 } } }]);
  });

  it("has few lines for cancelled calls without a valid credential, and one line for each call of an app", () => {
    const lines: LogLine[] = [];
    const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const options = {
      log,
      clock: createManualClock(),
      linesPerInterval: errorLinesPerInterval,
      message: "summed up",
    };
    const calls = createCallLog(log, createLogRateLimiter(options));
    for (let call = 0; call < flood; call++) {
      calls.begin("Cancel", undefined).end("CANCELLED");
      const known = calls.begin("WatchStatus", undefined);
      known.setCaller({ app: "shop" });
      known.end("CANCELLED");
    }
    expect(lines.filter(({ app }) => app === undefined)).toHaveLength(errorLinesPerInterval);
    expect(lines.filter(({ app }) => app === "shop")).toHaveLength(flood);
  });
});

describe("the log of the gateway under many requests", () => {
  async function startGateway(service: string, options: TestGatewayOptions = {}) {
    const clock = createManualClock(Date.now());
    const gateway = await startTestGateway(service, { logLevel: "info", clock, ...options });
    onTestFinished(() => gateway.stop());
    return { gateway, clock, browser: openBrowser(gateway.url), errorLines: errorLinesIn(gateway) };
  }

  it("has few lines for rejected requests, and a summary of the others", async () => {
    const { address } = await startServer();
    const { gateway, clock, browser, errorLines } = await startGateway(address);
    await times(flood, () => browser.status("no handle"));
    await times(flood, () => browser.get(eventsPath("no-handle")));
    expect(errorLines("TICKET_NOT_FOUND")).toHaveLength(errorLinesPerInterval);
    clock.advance(summaryInterval);
    const summed = summariesIn(gateway).flatMap(({ counts }) => Object.entries(counts as object));
    expect(summed.map(([route]) => route).toSorted()).toEqual([
      `GET ${api}/tickets/events`,
      `GET ${api}/tickets/status`,
    ]);
    expect(Buffer.byteLength(gateway.logText())).toBeLessThan(10_000);
  });

  it("names the exceeded limit in the lines of rejected requests, the service's too", async () => {
    const { address } = await startServer({ settings: { policy: { limits: { ticketsPerApp: 2 } } } });
    const { gateway, browser } = await startGateway(address, { rpcMethods: ["CreateTicket"] });
    for (let count = 0; count < 3; count++) await browser.post(`${api}/tickets`, { appId: "shop" });
    await fetch(`${gateway.url}${rpcPath("CreateTicket")}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: basic("shop", appSecrets.shop) },
      body: "{}",
    });
    const rejected = gateway.lines.filter(({ reason }) => reason === "RATE_LIMITED");
    expect(rejected.map(({ route, limit }) => [route, limit])).toEqual([
      [`${api}/tickets`, "app"],
      [expect.stringContaining("QrLoginService"), "app"],
    ]);
  });

  it("has a line for every successful request", async () => {
    const { address } = await startServer();
    const { gateway, browser } = await startGateway(address);
    await times(flood, () => browser.get(`${api}/widget.js`));
    expect(gateway.lines.filter(({ status: code }) => code === 200)).toHaveLength(flood);
  });

  it("has few lines with a cause while the service is unreachable", async () => {
    const { gateway, clock, browser } = await startGateway(`127.0.0.1:${await freePort()}`);
    await times(60, () => browser.post(`${api}/tickets`, {}));
    const causes = gateway.lines.filter(({ msg }) => msg === "service failed");
    expect(causes).toHaveLength(errorLinesPerInterval);
    clock.advance(summaryInterval);
    const faults = gateway.lines.filter(({ msg }) => msg === "internal errors summarized");
    const counts = { [`POST ${api}/tickets`]: { SERVICE_UNAVAILABLE: 40 } };
    expect(faults).toMatchObject([{ level: 40, counts }]);
  });
});
