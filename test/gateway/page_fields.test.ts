import { describe, expect, it } from "vitest";
import { ContextSource } from "../../src/client/index.js";
import { responseOrThrow, scannedByText } from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import { appHeader, call, v2, v3 } from "./authing_calls.js";
import { api } from "./browser.js";
import { alice, browser, gateway, restartGateway, server, setUpGateway } from "./setup.js";

const byDefault = { appOptions: { shop: { pageFields: undefined } } };
setUpGateway({ gateway: byDefault });

const tickets = `${api}/tickets`;
const claims = {
  deviceName: "Your own computer (verified)",
  location: "At your home address",
  scene: "PAYMENT",
  customData: { note: "This request is genuine" },
};
const creations = () => server.lines.filter(({ method }) => method === "CreateTicket").length;

describe("the fields that a page may set by default", () => {
  it("by default a page may set no field that the phone shows, and the error names each field", async () => {
    const answer = await browser.post(tickets, { appId: "shop", ...claims });
    expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
    const violations = answer.json.fieldViolations as { field: string; description: string }[];
    expect(violations.map(({ field }) => field)).toEqual(["deviceName", "location", "scene", "customData"]);
    for (const { description } of violations) expect(description).toBe("may not be set by pages of this app");
    expect(creations()).toBe(0);
  });

  it("the log names the fields that a page may not set, for the operator", async () => {
    const { deviceName, location } = claims;
    await browser.post(tickets, { appId: "shop", deviceName, location });
    const cause = "the pageFields of the app do not list deviceName, location";
    await eventually(() => expect(gateway.lines).toContainEqual(expect.objectContaining({ cause })));
  });

  it.each(Object.entries(claims))("by default a page may not set %s", async (field, value) => {
    const answer = await browser.post(tickets, { appId: "shop", [field]: value });
    expect(answer.json.fieldViolations).toMatchObject([{ field }]);
  });

  it("by default a page may send the default scene, and fields without a value", async () => {
    await browser.create({ appId: "shop", scene: "APP_AUTH", deviceName: "", location: "", customData: {} });
  });

  it.each([
    [`${v2}/gene`, { scene: "PAYMENT" }, "scene"],
    [`${v2}/gene`, { params: { note: "genuine" } }, "customData"],
    [`${v2}/gene`, { customData: { note: "genuine" } }, "customData"],
    [`${v2}/gene`, { customeData: JSON.stringify({ note: "genuine" }) }, "customData"],
    [`${v3}/gene-qrcode`, { type: "MOBILE_APP", customData: { note: "genuine" } }, "customData"],
  ])("by default a page may set no field by the Authing API: %s with %j", async (path, body, field) => {
    const answer = await call(path, body, appHeader("shop"));
    expect([answer.http, answer.apiCode ?? answer.code]).toEqual([200, 400]);
    expect(answer.message).toContain(`${field} may not be set by pages of this app`);
    expect(creations()).toBe(0);
  });

  it("by default a page gets a code by the Authing API with what SDKs send for fields without a value", async () => {
    for (const [path, body] of [
      [`${v2}/gene`, { scene: "APP_AUTH", params: {} }],
      [`${v2}/gene`, { scene: "APP_AUTH", params: null }],
      [`${v3}/gene-qrcode`, { type: "MOBILE_APP", customData: {} }],
    ] as const) {
      expect((await call(path, body, appHeader("shop"))).code).toBe(200);
    }
  });
});

describe("the fields that an app leaves to its pages", () => {
  it("an allowed field reaches the phone as claimed by the page, and other fields stay rejected", async () => {
    await restartGateway({ appOptions: { shop: { pageFields: ["deviceName"] } } });
    const { deviceName, location } = claims;
    const { qrContent } = await browser.create({ appId: "shop", deviceName });
    const { requester } = responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
    expect(requester).toMatchObject({
      ...{ deviceName, deviceNameSource: ContextSource.CLAIMED_BY_PAGE },
      ...{ location: "", locationSource: ContextSource.UNSPECIFIED },
    });
    const answer = await browser.post(tickets, { appId: "shop", deviceName, location });
    expect(answer.json.fieldViolations).toMatchObject([{ field: "location" }]);
  });

  it("each app has its own pageFields", async () => {
    await restartGateway({ appOptions: { shop: { pageFields: [] }, blog: { pageFields: ["location"] } } });
    const { location } = claims;
    await browser.create({ appId: "blog", location });
    expect((await browser.post(tickets, { appId: "shop", location })).status).toBe(400);
  });
});
