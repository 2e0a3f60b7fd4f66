import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { startTestGateway } from "../support/gateway.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { appHeader, approveAs, basicOf, call, type EnvelopeResponse, userinfo, v3 } from "./authing_calls.js";
import { type Browser, openBrowser } from "./browser.js";
import { aliceToken, browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

const geneV3 = (body: object = {}, headers = appHeader("shop"), by?: Browser): Promise<EnvelopeResponse> =>
  call(`${v3}/gene-qrcode`, { type: "MOBILE_APP", ...body }, headers, by);
const status = (qrcodeId: unknown, path = "get-qrcode-status", by?: Browser): Promise<EnvelopeResponse> =>
  call(`${v3}/${path}?qrcodeId=${qrcodeId}`, undefined, {}, by);
const exchange = (body: object, headers = {}, by?: Browser): Promise<EnvelopeResponse> =>
  call(`${v3}/exchange-tokenset-with-qrcode-ticket`, body, headers, by);

async function until(qrcodeId: unknown, state: string, by?: Browser): Promise<Record<string, unknown>> {
  for (let polls = 0; polls < 5_000; polls++) {
    const { code, data } = await status(qrcodeId, undefined, by);
    expect(code).toBe(200);
    if (data.status === state) return data;
  }
  throw new Error(`the status never became ${state}`);
}

async function approved(by?: Browser): Promise<string> {
  const { data } = await geneV3({}, appHeader("shop"), by);
  await approveAs(aliceToken, String(data.qrcodeId));
  return String((await until(data.qrcodeId, "AUTHORIZED", by)).ticket);
}

describe("V3 gene-qrcode", () => {
  it.each(["MOBILE_APP", "", null])("gene-qrcode accepts the type %j", async (type) => {
    expect((await geneV3({ type })).code).toBe(200);
  });

  it("gene-qrcode creates a code for the app in either app id header", async () => {
    for (const header of ["x-genauth-app-id", "x-authing-app-id"]) {
      const { data } = await geneV3({}, { [header]: "blog" });
      const body = { qrcodeId: data.qrcodeId, action: "SCAN" };
      const scanned = await call(`${v3}/set-qrcode-status`, body, { authorization: aliceToken });
      expect(scanned.data).toMatchObject({ app: { name: "Example Blog" } });
    }
  });

  it("gene-qrcode returns a handle and the image in the envelope of V3", async () => {
    const answer = await geneV3({ customData: { a: 1 }, autoMergeQrCode: false, context: {} });
    expect(answer.http).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      statusCode: 200,
      message: expect.any(String),
      requestId: expect.any(String),
      data: { qrcodeId: expect.any(String), url: expect.stringMatching(/^data:image\/png;base64,/) },
    });
  });

  it.each(["WECHAT_MINIPROGRAM", "WECHAT_OFFICIAL_ACCOUNT", "OTHER"])(
    "gene-qrcode rejects the type %s",
    async (type) => {
      const answer = await geneV3({ type });
      expect(answer).toMatchObject({ http: 200, code: 400, apiCode: 400, data: null });
      expect(answer.message).toContain("MOBILE_APP");
    },
  );

  it("gene-qrcode rejects an unknown app", async () => {
    expect(await geneV3({}, appHeader("nobody"))).toMatchObject({ http: 200, code: 400, apiCode: 2011 });
  });
});

describe("the V3 status", () => {
  it.each(["get-qrcode-status", "check-qrcode-status"])("the status is returned by %s", async (path) => {
    const { data } = await geneV3();
    const answer = await status(data.qrcodeId, path);
    expect(answer).toMatchObject({ http: 200, code: 200, apiCode: undefined, data: { status: "PENDING" } });
    expect(Object.keys(answer.data)).toEqual(["status"]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("the status returns the scanner's profile, and the ticket after the approval", async () => {
    const { data } = await geneV3();
    const { qrcodeId } = data;
    const briefUserInfo = { displayName: "alice-nick", photo: "https://img.example.com/alice.png" };
    await call(`${v3}/set-qrcode-status`, { qrcodeId, action: "SCAN" }, { authorization: aliceToken });
    expect(await until(qrcodeId, "SCANNED")).toEqual({ status: "SCANNED", briefUserInfo });
    await call(`${v3}/set-qrcode-status`, { qrcodeId, action: "CONFIRM" }, { authorization: aliceToken });
    // Sealed: see code_challenge.test.ts.
    const ticket = expect.stringMatching(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await until(qrcodeId, "AUTHORIZED")).toEqual({ status: "AUTHORIZED", briefUserInfo, ticket });
  });

  it("the status reports that the user declined, and that the code has expired", async () => {
    const declined = (await geneV3()).data.qrcodeId;
    for (const action of ["SCAN", "CANCEL"]) {
      await call(`${v3}/set-qrcode-status`, { qrcodeId: declined, action }, { authorization: aliceToken });
    }
    await until(declined, "CANCELLED");
    const late = (await geneV3()).data.qrcodeId;
    await until(late, "PENDING");
    clock.advance(121_000);
    await until(late, "EXPIRED");
  });

  it.each(["nonsense", "AAAAAAAAAAAAAAAAAAAAAA"])(
    "the status of a code that never existed is rejected: %s",
    async (qrcodeId) => {
      expect(await status(qrcodeId)).toMatchObject({ http: 200, code: 404, apiCode: 2241, data: null });
    },
  );

  it("the status contains the token set with fullUserInStatus", async () => {
    await restartGateway({ appOptions: { shop: { fullUserInStatus: true } } });
    const { qrcodeId } = (await geneV3()).data;
    await approveAs(aliceToken, String(qrcodeId));
    const { tokenSet } = await until(qrcodeId, "AUTHORIZED");
    expect(tokenSet).toMatchObject({ token_type: "Bearer", id_token: expect.any(String) });
    expect((await status(qrcodeId)).data.tokenSet).toEqual(tokenSet);
  });
});

describe("the V3 exchange for a token set", () => {
  it("the V3 exchange returns tokens that verify with the published keys", async () => {
    const ticket = await approved();
    const { data, http, code } = await exchange({
      ticket,
      client_id: "shop",
      client_secret: appSecrets.shop,
    });
    expect({ http, code }).toEqual({ http: 200, code: 200 });
    expect(data).toEqual({
      scope: "openid profile email phone",
      access_token: expect.any(String),
      id_token: expect.any(String),
      token_type: "Bearer",
      expire_in: expect.any(Number),
      expires_in: data.expire_in,
    });
    // The service signs whole seconds.
    expect([3_599, 3_600]).toContain(data.expire_in);
    const jwks = (await browser.get("/.well-known/jwks.json")).json as unknown as JSONWebKeySet;
    const verify = (token: unknown) =>
      jwtVerify(String(token), createLocalJWKSet(jwks), { audience: "shop", subject: "subject-of-alice" });
    expect((await verify(data.id_token)).payload).toMatchObject({ nickname: "alice-nick" });
    expect((await verify(data.access_token)).payload).toMatchObject({ client_id: "shop" });
  });

  it("the V3 exchange accepts the app's secret in a Basic header", async () => {
    expect((await exchange({ ticket: await approved() }, basicOf("shop"))).code).toBe(200);
  });

  it("the V3 exchange is open to the browser that created the code with exchangeFromBrowser", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const ticket = await approved();
    const otherBrowser = openBrowser(gateway.url);
    expect(await exchange({ ticket }, {}, otherBrowser)).toMatchObject({
      http: 200,
      code: 403,
      apiCode: 2020,
    });
    expect((await exchange({ ticket })).code).toBe(200);
  });

  it.each([
    ["no secret", {}, {}, 403, 2020],
    ["a wrong secret", { client_id: "shop", client_secret: "wrong" }, {}, 401, 2020],
    ["another app's secret", {}, basicOf("blog"), 404, 2241],
  ])(
    "the V3 exchange is rejected with %s, and the ticket can still be exchanged",
    async (_what, body, headers, code, apiCode) => {
      const ticket = await approved();
      const rejected = await exchange({ ticket, ...body }, headers);
      expect(rejected).toMatchObject({ http: 200, code, apiCode, data: null });
      expect((await exchange({ ticket }, basicOf("shop"))).code).toBe(200);
    },
  );

  it("the V3 exchange is rejected before it consumes the ticket when the service signs no tokens", async () => {
    // The other gateway has connected by then: the sockets that this service leaves are counted.
    await expect.poll(async () => (await browser.get("/readyz")).status).toBe(200);
    const plain = await startTestServer({ clock, tokenIssuer: false });
    const appOptions = { shop: { fullUserInStatus: true } };
    const before = await startTestGateway(plain.address, { clock, appOptions });
    const by = openBrowser(before.url);
    const { qrcodeId } = (await geneV3({}, appHeader("shop"), by)).data;
    for (const action of ["SCAN", "CONFIRM"]) {
      await call(`${v3}/set-qrcode-status`, { qrcodeId, action }, { authorization: aliceToken }, by);
    }
    const { ticket, ...rest } = await until(qrcodeId, "AUTHORIZED", by);
    expect(rest).not.toHaveProperty("tokenSet");
    expect(await exchange({ ticket }, basicOf("shop"), by)).toMatchObject({
      http: 200,
      code: 501,
      apiCode: 9008,
    });
    // Longer than a response is shared.
    clock.advance(5_100);
    const whole = await userinfo({ ticket }, basicOf("shop"), by);
    expect(whole).toMatchObject({
      code: 200,
      data: { id: "subject-of-alice", token: null, accessToken: null, tokenExpiredAt: null },
    });
    await before.stop();
    await plain.stop();
  });
});
