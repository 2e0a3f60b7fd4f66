import { AuthenticationClient } from "authing-js-sdk";
import { describe, expect, it } from "vitest";
import { appSecrets, tokenIssuer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { approveAs, phone } from "./authing_calls.js";
import { aliceToken, clock, gateway, restartGateway, restartService, setUpGateway } from "./setup.js";

// The published Authing SDK, unmodified. In Node.js it has neither a page nor cookies.
setUpGateway();

const sdk = (appId = "shop", appHost = gateway.url) => new AuthenticationClient({ appId, appHost }).qrcode;
type Sdk = ReturnType<typeof sdk>;

/** Polls with the SDK and resolves with its callbacks, in order, until the polling ends. */
async function poll(
  qrcode: Sdk,
  random: string,
  onEvent: (event: string) => unknown = () => {},
): Promise<{ readonly events: readonly string[]; readonly last: readonly unknown[] }> {
  const events: string[] = [];
  type PollOutcome = { readonly events: readonly string[]; readonly last: readonly unknown[] };
  const ended = new Promise<PollOutcome>((resolve) => {
    const record =
      (event: string, ends: boolean) =>
      (...last: readonly unknown[]): void => {
        events.push(event);
        onEvent(event);
        if (ends) resolve({ events, last });
      };
    void qrcode.startPolling(random, {
      interval: 20,
      onStart: record("start", false),
      onScanned: record("scanned", false),
      onSuccess: record("success", true),
      onCancel: record("cancel", true),
      onExpired: record("expired", true),
      onError: record("error", true),
    });
  });
  return withTimeout(ended, () => `the end of a poll, which has reported ${events.join(", ")}`);
}

/** Returns the gateway's URL with the app's secret in it, which HTTP clients send as Basic credentials. */
const hostWithSecret = () => gateway.url.replace("//", `//shop:${appSecrets.shop}@`);

describe("the V2 SDK, unmodified", () => {
  it("the V2 SDK signs a user in: code, polling, and exchange by a backend with its secret in the URL", async () => {
    const qrcode = sdk("shop", `${hostWithSecret()}/`);
    const { random, url, expiresIn } = (await qrcode.geneCode({ customData: { a: 1 } })) as unknown as {
      random: string;
      url: string;
      expiresIn: number;
    };
    expect(url).toMatch(/^data:image\/png;base64,/);
    expect(expiresIn).toBe(120);
    expect(await qrcode.checkStatus(random)).toMatchObject({ random, status: 0, ticket: null, userInfo: {} });

    const steps: Record<string, () => unknown> = {
      start: () => phone("scanned", random, aliceToken),
      scanned: () => phone("confirm", random, aliceToken),
    };
    const { events, last } = await poll(qrcode, random, (event) => steps[event]?.());
    expect(events).toEqual(["start", "scanned", "success"]);
    const [userInfo, ticket] = last;
    expect(userInfo).toEqual({ nickname: "alice-nick", photo: "https://img.example.com/alice.png" });

    const user = await qrcode.exchangeUserInfo(String(ticket));
    expect(user).toMatchObject({
      id: "subject-of-alice",
      email: "alice@mail.example.com",
      token: expect.any(String),
    });
  });

  it("the V2 SDK goes on with the tokens: user information, introspection and token check", async () => {
    await restartService({ tokenIssuer: { ...tokenIssuer, profileInAccessToken: true } });
    const { random } = await sdk().geneCode();
    await approveAs(aliceToken, random);
    const { last } = await poll(sdk(), random);
    const backend = sdk("shop", hostWithSecret());
    const user = (await backend.exchangeUserInfo(String(last[1]))) as unknown as Record<string, string>;
    const { token: idToken = "", accessToken = "" } = user;

    const client = new AuthenticationClient({ appId: "shop", secret: appSecrets.shop, appHost: gateway.url });
    const claims = { sub: "subject-of-alice", nickname: "alice-nick" };
    for (const tokenPlace of ["query", "header", "body"] as const) {
      const options = { method: "POST", tokenPlace } as const;
      expect(await client.getUserInfoByAccessToken(accessToken, options)).toMatchObject(claims);
    }
    expect(await client.getUserInfoByAccessToken(accessToken)).toMatchObject(claims);
    expect(await client.introspectToken(accessToken)).toMatchObject({ active: true, client_id: "shop" });
    expect(await client.validateToken({ idToken })).toMatchObject(claims);
    expect(await client.validateToken({ accessToken })).toMatchObject(claims);

    expect(await client.introspectToken(idToken)).toEqual({ active: false });
    await expect(client.getUserInfoByAccessToken(idToken)).rejects.toThrow("401");
    await expect(client.validateToken({ idToken: accessToken })).rejects.toThrow("401");
    await expect(client.revokeToken(accessToken)).rejects.toThrow("400");
  });

  it("the V2 SDK gets the whole user by polling alone with fullUserInStatus", async () => {
    await restartGateway({ appOptions: { shop: { fullUserInStatus: true } } });
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await approveAs(aliceToken, random);
    const { events, last } = await poll(qrcode, random);
    expect(events.at(-1)).toBe("success");
    expect(last[0]).toMatchObject({ id: "subject-of-alice", token: expect.any(String) });
  });

  it("the V2 SDK reports that the user declined", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await phone("scanned", random, aliceToken);
    await phone("cancel", random, aliceToken);
    expect((await poll(qrcode, random)).events.at(-1)).toBe("cancel");
  });

  it("the V2 SDK reports that the code has expired", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    const { events } = await poll(qrcode, random, () => clock.advance(121_000));
    expect(events).toEqual(["start", "expired"]);
  });

  it("the V2 SDK signs in again while it still holds the token of the last sign-in", async () => {
    const client = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    client.setToken("a.stale.token");
    const { random } = await client.qrcode.geneCode();
    expect(await client.qrcode.checkStatus(random)).toMatchObject({ status: 0 });
  });
});

describe("errors in the V2 SDK", () => {
  it("the V2 SDK gets an error for a code of an unknown app", async () => {
    await expect(sdk("nobody").geneCode()).rejects.toMatchObject({ code: 2011, message: expect.any(String) });
  });

  it("the V2 SDK gets an error for a code of WeChat", async () => {
    const { wxqrcode, wechatmpqrcode } = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    for (const qrcode of [wxqrcode, wechatmpqrcode]) {
      await expect(qrcode.geneCode()).rejects.toMatchObject({ code: 400 });
    }
  });

  it("the V2 SDK gets an error for the status of a ticket id", async () => {
    const { random } = await sdk().geneCode();
    expect(random.length).toBeGreaterThan(100);
    await expect(sdk().checkStatus("AAAAAAAAAAAAAAAAAAAAAA")).rejects.toMatchObject({ code: 2241 });
    const { events, last } = await poll(sdk(), "AAAAAAAAAAAAAAAAAAAAAA");
    expect(events).toEqual(["start", "error"]);
    expect(last[0]).toMatchObject({ code: 2241, message: expect.any(String) });
  });

  it("the V2 SDK gets an error for an exchange without the app's secret", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await approveAs(aliceToken, random);
    const { last } = await poll(qrcode, random);
    await expect(qrcode.exchangeUserInfo(String(last[1]))).rejects.toMatchObject({ code: 2020 });
  });

  it("the V2 SDK gets an error for too many codes of one address, with a message that its page shows", async () => {
    await restartGateway({ limits: { ticketsPerMinute: 1 } });
    await sdk().geneCode();
    await expect(sdk().geneCode()).rejects.toMatchObject({
      code: 429,
      message: expect.stringContaining("too many requests"),
    });
  });
});
