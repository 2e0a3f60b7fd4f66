import { AuthenticationClient } from "authing-node-sdk";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { appSecrets, tokenIssuer } from "../support/server.js";
import { aliceToken, gateway, restartGateway, restartService, setUpGateway } from "./setup.js";

// Authing's published server SDK, unmodified. It returns every response, whatever the code.
setUpGateway();

type Options = ConstructorParameters<typeof AuthenticationClient>[0];

const sdk = (options: Partial<Options> = {}): AuthenticationClient =>
  new AuthenticationClient({ appId: "shop", appSecret: appSecrets.shop, appHost: gateway.url, ...options });

/** Returns the SDK in the phone's app, for the user of this token. */
const phone = (accessToken: string) => sdk({ accessToken });

const ask = { type: "MOBILE_APP" } as unknown as Parameters<AuthenticationClient["geneQrCode"]>[0];
const action = (name: string) => name as unknown as "SCAN" & never;

async function act(qrcodeId: string, name: string, token = aliceToken) {
  return phone(token).setQrCodeStatus({ qrcodeId, action: action(name) });
}

async function until(qrcodeId: string, state: string): Promise<Record<string, unknown>> {
  for (let polls = 0; polls < 5_000; polls++) {
    const { data, statusCode } = await sdk().getQrCodeStatus({ qrcodeId });
    expect(statusCode).toBe(200);
    if (String(data.status) === state) return data as unknown as Record<string, unknown>;
  }
  throw new Error(`the status never became ${state}`);
}

async function approvedTicket(): Promise<string> {
  const { data } = await sdk().geneQrCode(ask);
  await act(data.qrcodeId, "SCAN");
  await act(data.qrcodeId, "CONFIRM");
  return String((await until(data.qrcodeId, "AUTHORIZED")).ticket);
}

describe("the V3 SDK, unmodified", () => {
  it("the V3 SDK signs a user in: code, phone, status, and exchange with client_secret_post", async () => {
    const { statusCode, data } = await sdk().geneQrCode({ ...ask, customData: { a: 1 } });
    expect(statusCode).toBe(200);
    expect(data.url).toMatch(/^data:image\/png;base64,/);
    const { qrcodeId } = data;
    expect((await sdk().checkQrCodeStatus({ qrcodeId })).data.status).toBe("PENDING");

    expect((await act(qrcodeId, "SCAN")).statusCode).toBe(200);
    expect(await until(qrcodeId, "SCANNED")).toMatchObject({ briefUserInfo: { displayName: "alice-nick" } });
    expect(
      (await phone(aliceToken).changeQrCodeStatus({ qrcodeId, action: action("CONFIRM") })).statusCode,
    ).toBe(200);
    const { ticket } = await until(qrcodeId, "AUTHORIZED");

    const signedIn = await sdk().exchangeTokenSetWithQrCodeTicket({
      ticket: String(ticket),
      client_id: "shop",
      client_secret: appSecrets.shop,
    });
    expect(signedIn).toMatchObject({
      statusCode: 200,
      data: { token_type: "Bearer", expire_in: expect.any(Number) },
    });
    expect(decodeJwt(String(signedIn.data.id_token))).toMatchObject({ aud: "shop", sub: "subject-of-alice" });
    expect(decodeJwt(String(signedIn.data.access_token))).toMatchObject({
      aud: "shop",
      sub: "subject-of-alice",
    });
  });

  it("the V3 SDK goes on with the tokens: profile, user information, introspection and verification", async () => {
    await restartService({ tokenIssuer: { ...tokenIssuer, profileInAccessToken: true } });
    const ticket = await approvedTicket();
    const body = { ticket, client_id: "shop", client_secret: appSecrets.shop };
    const { data } = await sdk().exchangeTokenSetWithQrCodeTicket(body);
    const [accessToken, idToken] = [String(data.access_token), String(data.id_token)];
    const client = sdk({ accessToken });

    expect(await client.getProfile({ withCustomData: true })).toMatchObject({
      statusCode: 200,
      data: { userId: "subject-of-alice", nickname: "alice-nick", email: "alice@mail.example.com" },
    });
    const claims = { sub: "subject-of-alice", nickname: "alice-nick" };
    expect(await client.getUserInfoByAccessToken(accessToken)).toMatchObject(claims);
    const header = { method: "GET", tokenPlace: "header" } as const;
    expect(await client.getUserInfoByAccessToken(accessToken, header)).toMatchObject(claims);
    expect(await client.introspectToken(accessToken)).toMatchObject({ active: true, client_id: "shop" });
    const basic = sdk({
      tokenEndPointAuthMethod: "client_secret_basic",
      introspectionEndPointAuthMethod: "client_secret_basic",
    });
    expect(await basic.introspectToken(accessToken)).toMatchObject({ active: true });
    expect(await client.parseIDToken(idToken)).toMatchObject({ ...claims, aud: "shop" });
    expect(await client.parseAccessToken(accessToken)).toMatchObject({ sub: "subject-of-alice" });

    expect(await client.introspectToken(idToken)).toEqual({ active: false });
    expect(await sdk({ accessToken: idToken }).getProfile({})).toMatchObject({
      statusCode: 401,
      apiCode: 2020,
    });
  });

  it("the V3 SDK exchanges with client_secret_basic", async () => {
    const ticket = await approvedTicket();
    const basic = sdk({ tokenEndPointAuthMethod: "client_secret_basic" });
    const signedIn = await basic.exchangeTokenSetWithQrCodeTicket({ ticket });
    expect(signedIn).toMatchObject({ statusCode: 200, data: { id_token: expect.any(String) } });
  });

  it("the V3 SDK exchanges with client_secret_post while it holds a user's token", async () => {
    const ticket = await approvedTicket();
    const body = { ticket, client_id: "shop", client_secret: appSecrets.shop };
    expect((await sdk({ accessToken: aliceToken }).exchangeTokenSetWithQrCodeTicket(body)).statusCode).toBe(
      200,
    );
  });

  it("the V3 SDK gets the token set from the status with fullUserInStatus", async () => {
    await restartGateway({ appOptions: { shop: { fullUserInStatus: true } } });
    const { data } = await sdk().geneQrCode(ask);
    await act(data.qrcodeId, "SCAN");
    await act(data.qrcodeId, "CONFIRM");
    const { tokenSet } = await until(data.qrcodeId, "AUTHORIZED");
    expect(tokenSet).toMatchObject({ id_token: expect.any(String), access_token: expect.any(String) });
  });

  it("the V3 SDK declines for the user", async () => {
    const { data } = await sdk().geneQrCode(ask);
    await act(data.qrcodeId, "SCAN");
    await act(data.qrcodeId, "CANCEL");
    await until(data.qrcodeId, "CANCELLED");
  });
});

describe("errors in the V3 SDK", () => {
  it("the V3 SDK gets an error for an exchange without a secret or with a wrong one", async () => {
    const ticket = await approvedTicket();
    const client = sdk();
    const none = await client.exchangeTokenSetWithQrCodeTicket({ ticket });
    expect(none).toMatchObject({ statusCode: 403, apiCode: 2020 });
    const wrong = sdk({ tokenEndPointAuthMethod: "client_secret_basic", appSecret: "wrong" });
    expect(await wrong.exchangeTokenSetWithQrCodeTicket({ ticket })).toMatchObject({
      statusCode: 401,
      apiCode: 2020,
    });
    const body = { ticket, client_id: "shop", client_secret: appSecrets.shop };
    expect((await client.exchangeTokenSetWithQrCodeTicket(body)).statusCode).toBe(200);
  });

  it("the V3 SDK gets an error for a phone that is not signed in", async () => {
    const { data } = await sdk().geneQrCode(ask);
    const answer = await sdk().setQrCodeStatus({ qrcodeId: data.qrcodeId, action: action("SCAN") });
    expect(answer).toMatchObject({ statusCode: 401, apiCode: 2020 });
  });

  it("the V3 SDK gets an error for a code of WeChat", async () => {
    const type = "WECHAT_MINIPROGRAM" as unknown as typeof ask.type;
    expect(await sdk().geneQrCode({ type })).toMatchObject({ statusCode: 400, apiCode: 400 });
  });

  it("the V3 SDK gets an error for the status of an id that is not a handle", async () => {
    const answer = await sdk().getQrCodeStatus({ qrcodeId: "AAAAAAAAAAAAAAAAAAAAAA" });
    expect(answer).toMatchObject({ statusCode: 404, apiCode: 2241, data: null });
  });
});
