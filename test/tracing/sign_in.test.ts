import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Headers } from "../gateway/browser.js";
import { eventually } from "../support/eventually.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { startTracedServers, type TracedServers } from "./traced_setup.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callerSpanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${callerSpanId}-01`;

/** Signs alice in through the gateway, with these headers in each request. Returns the texts that must stay secret. */
async function signIn({ browser, token }: TracedServers, headers: Headers): Promise<readonly string[]> {
  const { handle, ticketId, qrContent } = await browser.create({ appId: "demo-app" }, headers);
  const call = (method: string, body: object) =>
    browser.post(`/qrlogin.v1.QrLoginService/${method}`, body, {
      ...headers,
      authorization: `Bearer ${token}`,
    });
  expect((await browser.status(handle, headers)).json.state).toBe("PENDING");
  expect((await call("MarkScanned", { qrContent })).status).toBe(200);
  expect((await call("Authorize", { ticketId })).status).toBe(200);
  const exchanged = await browser.exchange(handle, headers);
  expect(exchanged.status).toBe(200);
  // The watch behind it has then received the last change.
  await eventually(async () => {
    expect((await browser.status(handle, headers)).json.state).toBe("EXCHANGED");
  });
  return [handle, ticketId, qrContent, token, "alice"];
}

const named = (spans: readonly ReadableSpan[], name: string, kind?: number) =>
  spans.filter((span) => span.name === name && (kind === undefined || span.kind === kind));
const [serverKind, clientKind] = [1, 2] as const;
const service = "qrlogin.v1.QrLoginService";

/** Expects the first span with each name, and that each is the parent of the next. */
function expectChain(spans: readonly ReadableSpan[], chain: readonly (readonly [string, number])[]): void {
  let parent = callerSpanId;
  for (const [name, kind] of chain) {
    const [span] = named(spans, name, kind);
    expect(span?.parentSpanContext?.spanId, `parent of ${name}`).toBe(parent);
    parent = span?.spanContext().spanId ?? "";
  }
}

/** Returns the states that the events of all spans report, in the order of their time. */
function transitionsOf(spans: readonly ReadableSpan[]): unknown[] {
  return spans
    .flatMap(({ events }) => events)
    .filter(({ name }) => name === "qrlogin.ticket.transition")
    .sort((a, b) => a.time[0] - b.time[0] || a.time[1] - b.time[1])
    .map(({ attributes }) => attributes?.["qrlogin.ticket.state"]);
}

describe("the trace of a sign-in", () => {
  it("one trace reaches from the caller of the gateway to the service, with an event for each transition", async () => {
    const servers = await startTracedServers({ trusted: ["127.0.0.1"] });
    await signIn(servers, { traceparent });
    const lines = servers.serviceLines().filter(({ msg }) => msg === "call");
    const spans = await servers.spans();

    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
    for (const [method, route] of [
      ["CreateTicket", "POST /qrlogin/v1/tickets"],
      ["Authorize", `POST /${service}/Authorize`],
      ["ExchangeUserInfo", "POST /qrlogin/v1/tickets/exchange"],
    ] as const) {
      expectChain(spans, [
        [route, serverKind],
        [`${service}/${method}`, clientKind],
        [`${service}/${method}`, serverKind],
      ]);
    }
    expect(transitionsOf(spans)).toEqual(["PENDING", "SCANNED", "AUTHORIZED", "EXCHANGED"]);
    const [authorize] = named(spans, `${service}/Authorize`, serverKind);
    expect(lines.find(({ method }) => method === "Authorize")).toMatchObject({
      traceId,
      spanId: authorize?.spanContext().spanId,
    });
    const request = servers.gatewayLines().find(({ route }) => route === "/qrlogin/v1/tickets");
    expect(request).toMatchObject({ traceId });
  });

  it("a watch has a link to each write that woke it", async () => {
    const servers = await startTracedServers({ trusted: ["127.0.0.1"] });
    await signIn(servers, { traceparent });
    const spans = await servers.spans();
    const [watch] = named(spans, `${service}/WatchStatus`, serverKind);
    const linked = watch?.links.map(({ context, attributes }) => [
      attributes?.["qrlogin.ticket.state"],
      spans.find((span) => span.spanContext().spanId === context.spanId)?.name,
    ]);
    expect(linked).toEqual([
      ["SCANNED", `${service}/MarkScanned`],
      ["AUTHORIZED", `${service}/Authorize`],
      ["EXCHANGED", `${service}/ExchangeUserInfo`],
    ]);
  });

  it("the span of an event stream ends when its page is closed", async () => {
    const servers = await startTracedServers({ trusted: [] });
    const { handle } = await servers.browser.create({ appId: "demo-app" });
    const events = servers.browser.events(handle);
    expect(await events.next()).toMatchObject({ data: { state: "PENDING" } });
    events.close();
    const route = "GET /qrlogin/v1/tickets/events";
    await eventually(async () => expect(named(servers.finished(), route, serverKind)).toHaveLength(1));
  });

  it("a stranger's context is linked and decides nothing", async () => {
    const servers = await startTracedServers({ trusted: [] });
    await signIn(servers, { traceparent });
    const spans = await servers.spans();
    expect(spans.some((span) => span.spanContext().traceId === traceId)).toBe(false);
    const [request] = named(spans, "POST /qrlogin/v1/tickets");
    expect(request?.parentSpanContext).toBeUndefined();
    expect(request?.links.map(({ context }) => context.spanId)).toEqual([callerSpanId]);
  });

  it("spans hold no secret, no token, no id of a ticket, no user and no text of a stranger", async () => {
    const servers = await startTracedServers({ trusted: ["127.0.0.1"] });
    const secrets = await signIn(servers, { traceparent, baggage: "stranger=1" });
    await servers.browser.get("/stranger/here?stranger=1", { traceparent });
    await servers.browser.ask("/qrlogin/v1/tickets", { method: "PROPFIND" });
    const text = JSON.stringify(
      (await servers.spans()).map(({ name, attributes, events, status }) => [
        name,
        attributes,
        events,
        status,
      ]),
    );
    for (const secret of [...secrets, "stranger", "PROPFIND", "demo-secret"])
      expect(text).not.toContain(secret);
  });
});

describe.skipIf(!hasRedis)(`the trace of a sign-in with Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  it("the operations in Redis are part of the trace, and a watch has its links over Redis too", async () => {
    const servers = await startTracedServers({ trusted: ["127.0.0.1"], redisUrl: redis.url });
    await signIn(servers, { traceparent });
    const spans = await servers.spans();
    expectChain(spans, [
      ["POST /qrlogin/v1/tickets", serverKind],
      [`${service}/CreateTicket`, clientKind],
      [`${service}/CreateTicket`, serverKind],
      ["redis create", clientKind],
    ]);
    const [watch] = named(spans, `${service}/WatchStatus`, serverKind);
    expect(watch?.links.map(({ attributes }) => attributes?.["qrlogin.ticket.state"])).toEqual([
      ...["SCANNED", "AUTHORIZED", "EXCHANGED"],
    ]);
  });
});
