import { describe, expect, it } from "vitest";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import type { Image } from "../../src/qr/draw_image.js";
import { bitmapOf, decode } from "../qr/decode.js";
import { callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { newHandleKey } from "../support/gateway.js";
import {
  appHeader,
  approveAs,
  basicOf,
  call,
  check,
  checkUntil,
  gene,
  phone,
  userinfo,
  v2,
} from "./authing_calls.js";
import { alice, aliceToken, browser, clock, restartGateway, server, setUpGateway } from "./setup.js";

setUpGateway();

/** Returns the text that a phone reads from the image of a code. */
async function scanned(url: unknown): Promise<string> {
  const [, mediaType = "", data = ""] = /^data:([^;]+);base64,(.+)$/.exec(String(url)) ?? [];
  const image = { mediaType, data: Buffer.from(data, "base64") } as unknown as Image;
  const { jsqr, zxing } = await decode(bitmapOf(image));
  expect(jsqr).toBe(zxing);
  return zxing ?? "";
}

describe("V2 gene", () => {
  it("gene returns a handle, the image of the code, and its lifetime", async () => {
    const answer = await call(`${v2}/gene`, { autoMergeQrCode: false, scene: "APP_AUTH" }, appHeader("shop"));
    expect(answer).toMatchObject({ http: 200, code: 200, message: expect.any(String) });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(Object.keys(answer.data)).toEqual(["random", "url", "expiresIn"]);
    expect(answer.data.expiresIn).toBe(120);
    expect(answer.data.url).toMatch(/^data:image\/png;base64,/);
  });

  it("gene draws the ticket id, which cannot be used to poll", async () => {
    const { data } = await call(`${v2}/gene`, { params: { cart: 7 } }, appHeader("shop"));
    const drawn = JSON.parse(await scanned(data.url)) as Record<string, unknown>;
    expect(drawn).toMatchObject({ scene: "APP_AUTH", userPoolId: "customers", customData: { cart: 7 } });
    expect(drawn.random).toMatch(/^[\w-]{22}$/);
    expect(data.random).not.toContain(drawn.random);
    expect((await check(String(drawn.random))).code).toBe(2241);
  });

  it("gene draws a code full of custom data that can still be read", async () => {
    const { data } = await call(`${v2}/gene`, { params: { note: "x".repeat(490) } }, appHeader("shop"));
    expect(await scanned(data.url)).toContain("x".repeat(490));
  });

  it.each(["params", "customData", "customeData"])("gene accepts custom data as %s", async (name) => {
    const { data } = await call(`${v2}/gene`, { [name]: { hello: "world" } }, appHeader("shop"));
    expect(await scanned(data.url)).toContain('"customData":{"hello":"world"}');
  });

  it("gene accepts custom data as a JSON string, as Authing's API reference specifies", async () => {
    const { data } = await call(`${v2}/gene`, { customeData: '{"hello":"world"}' }, appHeader("shop"));
    expect(await scanned(data.url)).toContain('"customData":{"hello":"world"}');
  });

  it("gene accepts all other fields that an SDK sends, and a stale token", async () => {
    const extras = {
      context: { a: 1 },
      withCustomData: true,
      extIdpConnId: "none",
      autoMergeQrCode: true,
      params: null,
    };
    const headers = {
      ...appHeader("shop"),
      authorization: "Bearer a.stale.token",
      "x-authing-request-from": "sdk",
      "x-authing-sdk-version": "js:4.21.8",
      "x-authing-lang": "zh-CN",
      "x-authing-userpool-id": "another-pool",
      "x-authing-app-tenant-id": "tenant",
    };
    const random = await gene(extras, headers);
    expect((await check(random, headers)).code).toBe(200);
  });

  it.each(["application/json;charset=UTF-8", "application/json; charset=utf-8"])(
    "gene accepts a body of type %s",
    async (type) => {
      expect((await call(`${v2}/gene`, {}, { ...appHeader("shop"), "content-type": type })).code).toBe(200);
    },
  );

  it("gene accepts a scene that the app chooses", async () => {
    const { data } = await call(`${v2}/gene`, { scene: "KIOSK_3" }, appHeader("shop"));
    expect(await scanned(data.url)).toContain('"scene":"KIOSK_3"');
  });

  it("gene passes the address and the user agent of the browser to the approver", async () => {
    const { data } = await call(`${v2}/gene`, {}, { ...appHeader("shop"), "user-agent": "x".repeat(4_000) });
    const shown = responseOrThrow(await alice.markScanned(scannedByText(await scanned(data.url))));
    expect(shown.requester).toMatchObject({ ipAddress: "127.0.0.1", userAgent: "x".repeat(256) });
  });

  it("gene creates a code for the first app if none is named", async () => {
    const { data } = await call(`${v2}/gene`, {}, { "x-authing-app-id": "" });
    const shown = responseOrThrow(await alice.markScanned(scannedByText(await scanned(data.url))));
    expect(shown.app?.name).toBe("Example Shop");
  });

  it.each([
    ["the app is unknown", {}, appHeader("nobody"), 2011],
    ["the app is unknown by its other header", {}, { "x-genauth-app-id": "nobody" }, 2011],
    ["the code is for a WeChat mini program", { scene: "WXAPP_AUTH" }, appHeader("shop"), 400],
    ["the code is for a WeChat official account", { scene: "WECHATMP_AUTH" }, appHeader("shop"), 400],
    ["the scene is malformed", { scene: "not a scene" }, appHeader("shop"), 400],
    ["the scene is a number", { scene: 7 }, appHeader("shop"), 400],
    ["custom data is a list", { params: [1] }, appHeader("shop"), 400],
    ["custom data is text that is not JSON", { params: "hello" }, appHeader("shop"), 400],
    ["custom data is too large for a code", { params: { note: "x".repeat(600) } }, appHeader("shop"), 400],
    ["custom data is larger than any limit", { params: { note: "x".repeat(7_000) } }, appHeader("shop"), 400],
  ])("gene rejects a request when %s", async (_what, body, headers, code) => {
    const answer = await call(`${v2}/gene`, body, headers);
    expect(answer).toMatchObject({ http: 200, code, data: null });
    expect(answer.message.length).toBeGreaterThan(10);
  });

  it.each([
    ["as an object", `{"a":${"[".repeat(4_000)}${"]".repeat(4_000)}}`],
    ["as text", JSON.stringify(`{"a":${"[".repeat(4_000)}${"]".repeat(4_000)}}`)],
  ])("gene rejects custom data that are nested deeper than the stack allows, %s", async (_how, params) => {
    const headers = { "content-type": "application/json", ...appHeader("shop") };
    const body = `{"params":${params}}`;
    const answer = await browser.ask(`${v2}/gene`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    expect(answer.json.code).toBe(400);
  });
});

describe("V2 check", () => {
  it("check returns each state of a sign-in", async () => {
    const random = await gene();
    const pending = await check(random);
    expect(pending).toMatchObject({ http: 200, code: 200 });
    expect(pending.headers["cache-control"]).toBe("no-store");
    expect(pending.data).toEqual({
      random,
      status: 0,
      ticket: null,
      userInfo: {},
      scannedUserId: null,
      scannedResult: null,
    });

    await phone("scanned", random, aliceToken);
    const scannedBy = { nickname: "alice-nick", photo: "https://img.example.com/alice.png" };
    expect(await checkUntil(random, 1)).toMatchObject({
      ticket: null,
      userInfo: scannedBy,
      scannedUserId: null,
    });

    await phone("confirm", random, aliceToken);
    const authorized = await checkUntil(random, 2);
    expect(authorized).toMatchObject({
      userInfo: scannedBy,
      // Sealed: see code_challenge.test.ts.
      ticket: expect.stringMatching(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/),
    });

    expect((await userinfo({ ticket: authorized.ticket }, basicOf("shop"))).code).toBe(200);
  });

  it("check reports that the user declined", async () => {
    const random = await gene();
    await phone("scanned", random, aliceToken);
    await phone("cancel", random, aliceToken);
    expect(await checkUntil(random, 3)).toMatchObject({ ticket: null, userInfo: {} });
  });

  it("check reports that the code has expired, for as long as the handle is valid", async () => {
    const random = await gene();
    await checkUntil(random, 0);
    clock.advance(121_000);
    expect(await checkUntil(random, -1)).toMatchObject({ ticket: null, userInfo: {} });
    // Longer than the service retains a finished ticket.
    clock.advance(1_000_000);
    expect(await checkUntil(random, -1)).toMatchObject({ ticket: null, userInfo: {} });
    clock.advance(3_600_000);
    expect((await check(random)).code).toBe(2241);
  });

  it("check reports a withdrawn code as expired", async () => {
    const key = newHandleKey();
    await restartGateway({ handleKeys: [key] });
    const random = await gene();
    await phone("scanned", random, aliceToken);
    const opened = await createSealer([key], clock).open("authing-handle", random);
    const { id, secret } = (opened?.content ?? {}) as Record<string, string>;
    const shop = callersOf(server.client).app("shop");
    responseOrThrow(await shop.withdraw({ ticketId: id ?? "", ticketSecret: secret ?? "" }));
    expect(await checkUntil(random, -1)).toMatchObject({ ticket: null });
  });

  it.each([
    ["missing", ""],
    ["not a handle", "?random=nonsense"],
    ["one of another kind", "?random=AAAAAAAAAAAAAAAAAAAAAA"],
    ["given twice", "?random=a&random=b"],
    ["very long", `?random=${"x".repeat(9_000)}`],
  ])("check rejects a random that is %s", async (_what, query) => {
    const answer = await call(`${v2}/check${query}`);
    expect([400, 2241]).toContain(answer.code);
    expect(answer).toMatchObject({ http: 200, data: null });
  });

  it("check rejects a handle that was changed", async () => {
    const random = await gene();
    const changed = random.slice(0, -3) + (random.endsWith("AAA") ? "BBB" : "AAA");
    expect((await check(changed)).code).toBe(2241);
    expect((await check(random)).code).toBe(200);
  });

  it("check rejects a handle of the gateway's own API", async () => {
    await restartGateway({ appOptions: { shop: { bindToBrowser: false } } });
    const { handle } = await browser.create();
    expect((await browser.status(handle)).status).toBe(200);
    expect((await check(handle)).code).toBe(2241);
  });
});

describe("V2 userinfo", () => {
  it("userinfo returns the user in the format of the Authing API", async () => {
    const random = await gene();
    await approveAs(aliceToken, random);
    const { ticket } = await checkUntil(random, 2);
    const { data } = await userinfo({ ticket }, basicOf("shop"));
    expect(data).toEqual({
      id: "subject-of-alice",
      userPoolId: "customers",
      username: "",
      nickname: "alice-nick",
      name: "alice Full-Name",
      photo: "https://img.example.com/alice.png",
      email: "alice@mail.example.com",
      emailVerified: true,
      phone: "+351 210 000 000",
      phoneVerified: true,
      customData: { department: { name: "department-of-alice", floors: [1, 2] } },
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      tokenExpiredAt: expect.stringMatching(/^\d{4}-.+Z$/),
      lastLogin: new Date(clock.now()).toISOString(),
    });
  });
});
