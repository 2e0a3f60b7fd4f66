import { describe, expect, it } from "vitest";
import { ContextSource } from "../../src/client/index.js";
import { responseOrThrow, scannedByText } from "../support/callers.js";
import { api, type Created } from "./browser.js";
import { alice, browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

const tickets = `${api}/tickets`;

describe("creating a ticket", () => {
  it("create returns a handle, the content and images of the code, and its lifetime", async () => {
    const answer = await browser.post(tickets, { appId: "shop" });
    expect(answer.status).toBe(201);
    const created = answer.json as unknown as Created;
    expect(created).toEqual({
      handle: expect.stringMatching(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/),
      ticketId: expect.stringMatching(/^[\w-]{22}$/),
      app: { name: null, logo: null },
      qrContent: expect.stringContaining(created.ticketId),
      pictures: {
        svg: expect.stringMatching(/^\/qrlogin\/v1\/pictures\/[\w.-]+\.svg$/),
        png: expect.stringMatching(/^\/qrlogin\/v1\/pictures\/[\w.-]+\.png$/),
      },
      expiresAt: new Date(clock.now() + 120_000).toISOString(),
      remainingMs: 120_000,
      minPollIntervalMs: 0,
      qrCode: null,
    });
    expect(answer.text).not.toContain("ecret");
  });

  it("create returns the name and the logo of the app", async () => {
    const display = { name: "Example Shop", logo: "/logo.svg" };
    await restartGateway({ appOptions: { shop: display } });
    expect((await browser.post(tickets, { appId: "shop" })).json).toMatchObject({ app: display });
    expect((await browser.post(tickets, { appId: "blog" })).json).toMatchObject({
      app: { name: null, logo: null },
    });
  });

  it("create with an empty body or an empty object creates a ticket for the first app", async () => {
    for (const body of ["", "{}"]) {
      const headers = { "content-type": "application/json" };
      const answer = await browser.ask(tickets, { method: "POST", headers, body });
      expect(answer.status).toBe(201);
    }
  });

  it("create passes every field to the service", async () => {
    const request = {
      appId: "shop",
      scene: "APP_AUTH",
      customData: { cart: 7, list: [1, null, { deep: "text" }] },
      ttlMs: 45_500,
      deviceName: "Laptop of Eva",
      location: "Leipzig",
    };
    const created = await browser.create(request, { "user-agent": "Firefox/1" });
    expect(created.remainingMs).toBe(45_500);
    const shown = responseOrThrow(await alice.markScanned(scannedByText(created.qrContent)));
    expect(shown.customData).toEqual(request.customData);
    expect(shown.requester).toEqual({
      ipAddress: "127.0.0.1",
      userAgent: "Firefox/1",
      deviceName: "Laptop of Eva",
      location: "Leipzig",
      ipAddressSource: ContextSource.OBSERVED_BY_GATEWAY,
      userAgentSource: ContextSource.CLAIMED_BY_PAGE,
      deviceNameSource: ContextSource.CLAIMED_BY_PAGE,
      locationSource: ContextSource.CLAIMED_BY_PAGE,
    });
    expect(shown.customDataSource).toBe(ContextSource.CLAIMED_BY_PAGE);
  });

  it("create cuts a very long user agent instead of rejecting it", async () => {
    const created = await browser.create({ appId: "shop" }, { "user-agent": "x".repeat(4_000) });
    const shown = responseOrThrow(await alice.markScanned(scannedByText(created.qrContent)));
    expect(shown.requester?.userAgent).toBe("x".repeat(256));
  });

  it.each([
    ["a device name that is too long", { deviceName: "x".repeat(257) }, ["deviceName"]],
    ["a location that is too long", { location: "x".repeat(257) }, ["location"]],
    ["a scene that is too long", { scene: "x".repeat(33) }, ["scene"]],
    ["a scene that is not a string", { scene: 5 }, ["scene"]],
    ["a lifetime of zero", { ttlMs: 0 }, ["ttlMs"]],
    ["a lifetime of half a millisecond", { ttlMs: 0.5 }, ["ttlMs"]],
    ["custom data that are not an object", { customData: [1] }, ["customData"]],
    ["an app id that is too long", { appId: "x".repeat(65) }, ["appId"]],
    ["two invalid fields", { ttlMs: "1", location: 1 }, ["ttlMs", "location"]],
    ["an unknown field", { requester: { ipAddress: "192.0.2.1" } }, [""]],
  ])("create rejects %s, and names each field", async (_title, fields, names) => {
    const answer = await browser.post(tickets, { appId: "shop", ...fields });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ status: 400, reason: "INVALID_REQUEST" });
    const violations = answer.json.fieldViolations as { field: string; description: string }[];
    expect(violations.map(({ field }) => field)).toEqual(names);
    for (const { description } of violations) expect(description).not.toBe("");
  });

  it("create names the JSON field when the service rejects a field", async () => {
    const answer = await browser.post(tickets, { appId: "shop", customData: { text: "x".repeat(600) } });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      title: "Bad Request",
      status: 400,
      detail: "the request is not valid",
      reason: "INVALID_REQUEST",
      fieldViolations: [{ field: "customData", description: "must have at most 512 bytes as JSON in ASCII" }],
      requestId: expect.any(String),
    });
  });

  it("create rejects custom data that no service accepts, and names the field", async () => {
    for (const customData of [{ text: "x".repeat(1_024) }, { list: Array(3_000).fill(1) }]) {
      const answer = await browser.post(tickets, { appId: "shop", customData });
      expect(answer.json).toMatchObject({
        reason: "INVALID_REQUEST",
        fieldViolations: [{ field: "customData", description: "must have at most 1024 bytes as JSON" }],
      });
    }
  });

  it("a body over 8 KiB is rejected before it is read", async () => {
    for (const path of [tickets, `${tickets}/withdraw`, `${tickets}/exchange`]) {
      const body = `{"appId":"shop"}${" ".repeat(8_192)}`;
      const headers = { "content-type": "application/json" };
      const answer = await browser.ask(path, { method: "POST", headers, body });
      expect([answer.status, answer.json.reason]).toEqual([413, "REQUEST_TOO_LARGE"]);
    }
  });

  it("a page can shorten the lifetime of its ticket, and lengthen it only to the gateway's limit", async () => {
    expect((await browser.create({ appId: "shop", ttlMs: 40_000 })).remainingMs).toBe(40_000);
    expect((await browser.create({ appId: "shop", ttlMs: 600_000 })).remainingMs).toBe(120_000);
    await restartGateway({ limits: { ticketTtlMs: 300_000 } });
    expect((await browser.create({ appId: "shop", ttlMs: 600_000 })).remainingMs).toBe(300_000);
  });

  it("create rejects a body that is an array, null or a string", async () => {
    for (const body of [[], null, "text", 5, true]) {
      expect((await browser.post(tickets, body)).json).toMatchObject({ reason: "INVALID_REQUEST" });
    }
  });

  it("create rejects deeply nested custom data without an internal error", async () => {
    for (const depth of [64, 1_000, 4_000]) {
      const nested = `{"appId":"shop","customData":{"a":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
      const answer = await browser.ask(tickets, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: nested,
      });
      expect([depth, answer.status, answer.json.reason]).toEqual([depth, 400, "INVALID_REQUEST"]);
    }
    expect(gateway.lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it("create rejects an app that is not configured", async () => {
    for (const body of [{ appId: "elsewhere" }, { appId: "" }, { appId: "constructor" }]) {
      const answer = await browser.post(tickets, body);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ title: "Bad Request", status: 400, reason: "APP_UNKNOWN" });
      expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    }
  });

  it("brackets in a string do not count as nesting", async () => {
    const customData = { text: `\\"${"[{".repeat(100)}` };
    const created = await browser.create({ appId: "shop", customData });
    expect(responseOrThrow(await alice.markScanned(scannedByText(created.qrContent))).customData).toEqual(
      customData,
    );
  });

  it("create uses the first app if none is named, even without a body", async () => {
    const appName = async ({ qrContent }: Created) =>
      responseOrThrow(await alice.markScanned(scannedByText(qrContent))).app?.name;
    expect(await appName(await browser.create({}))).toBe("Example Shop");
    expect((await browser.ask(tickets, { method: "POST" })).status).toBe(201);
    expect(await appName(await browser.create({ appId: "blog" }))).toBe("Example Blog");
  });

  it("create rejects an app that is no longer configured", async () => {
    await restartGateway({ apps: [{ id: "shop", secret: "secret-of-the-shop" }] });
    expect((await browser.post(tickets, { appId: "blog" })).json.reason).toBe("APP_UNKNOWN");
  });

  it("a wrong secret of the gateway itself is reported as a gateway error", async () => {
    await restartGateway({ apps: [{ id: "shop", secret: "not-the-secret" }] });
    const answer = await browser.post(tickets, {});
    expect(answer.status).toBe(502);
    expect(answer.json).toEqual({
      title: "Bad Gateway",
      status: 502,
      detail: "the sign-in service failed",
      reason: "APP_UNAUTHENTICATED",
      requestId: expect.any(String),
    });
    expect(gateway.lines.some(({ level, msg }) => Number(level) >= 40 && msg === "service failed")).toBe(
      true,
    );
    expect(gateway.logText()).not.toContain("not-the-secret");
  });
});
