import { AuthenticationClient } from "authing-js-sdk";
import { beforeEach, describe, expect, it } from "vitest";
import { appSecrets } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";
import { approveAs, phone } from "./authing_calls.js";
import { clock, gateway, restartGateway, setUpGateway } from "./setup.js";

// The Authing SDK itself, as it is published. In Node it has neither a page nor cookies.
setUpGateway();

let alice: string;
beforeEach(async () => {
  alice = await signToken("alice");
});

const sdk = (appId = "shop", appHost = gateway.url) => new AuthenticationClient({ appId, appHost }).qrcode;
type Sdk = ReturnType<typeof sdk>;

/** What its polling told, in order, until it ended or `stop` said so. */
async function poll(
  qrcode: Sdk,
  random: string,
  onTold: (event: string) => unknown = () => {},
): Promise<{ readonly events: readonly string[]; readonly last: readonly unknown[] }> {
  const events: string[] = [];
  type Told = { readonly events: readonly string[]; readonly last: readonly unknown[] };
  const ended = new Promise<Told>((resolve) => {
    const told =
      (event: string, ends: boolean) =>
      (...last: readonly unknown[]): void => {
        events.push(event);
        onTold(event);
        if (ends) resolve({ events, last });
      };
    void qrcode.startPolling(random, {
      interval: 20,
      onStart: told("start", false),
      onScanned: told("scanned", false),
      onSuccess: told("success", true),
      onCancel: told("cancel", true),
      onExpired: told("expired", true),
      onError: told("error", true),
    });
  });
  return withTimeout(ended, () => `the end of a poll, which has told ${events.join(", ")}`);
}

/** With the app's secret in the host, which HTTP clients send as Basic. */
const hostWithSecret = () => gateway.url.replace("//", `//shop:${appSecrets.shop}@`);

describe("the V2 SDK, unmodified", () => {
  it("signs a user in: code, polling, exchange by a backend that has its secret in the host", async () => {
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
      start: () => phone("scanned", random, alice),
      scanned: () => phone("confirm", random, alice),
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

  it("has the whole user from the polling alone where the app's switch says so", async () => {
    await restartGateway({ appOptions: { shop: { fullUserInStatus: true } } });
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await approveAs(alice, random);
    const { events, last } = await poll(qrcode, random);
    expect(events.at(-1)).toBe("success");
    expect(last[0]).toMatchObject({ id: "subject-of-alice", token: expect.any(String) });
  });

  it("hears that the user declined", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await phone("scanned", random, alice);
    await phone("cancel", random, alice);
    expect((await poll(qrcode, random)).events.at(-1)).toBe("cancel");
  });

  it("hears that the code has expired", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    const { events } = await poll(qrcode, random, () => clock.advance(121_000));
    expect(events).toEqual(["start", "expired"]);
  });

  it("signs in again with the token of the last sign-in still at hand", async () => {
    const client = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    client.setToken("a.stale.token");
    const { random } = await client.qrcode.geneCode();
    expect(await client.qrcode.checkStatus(random)).toMatchObject({ status: 0 });
  });
});

describe("the V2 SDK is refused", () => {
  it("a code for an app that is not there", async () => {
    await expect(sdk("nobody").geneCode()).rejects.toMatchObject({ code: 2011, message: expect.any(String) });
  });

  it("a code of another vendor's app", async () => {
    const { wxqrcode, wechatmpqrcode } = new AuthenticationClient({ appId: "shop", appHost: gateway.url });
    for (const qrcode of [wxqrcode, wechatmpqrcode]) {
      await expect(qrcode.geneCode()).rejects.toMatchObject({ code: 400 });
    }
  });

  it("the status of the id that stands in the code", async () => {
    const { random } = await sdk().geneCode();
    expect(random.length).toBeGreaterThan(100);
    await expect(sdk().checkStatus("AAAAAAAAAAAAAAAAAAAAAA")).rejects.toMatchObject({ code: 2241 });
    const { events, last } = await poll(sdk(), "AAAAAAAAAAAAAAAAAAAAAA");
    expect(events).toEqual(["start", "error"]);
    expect(last[0]).toMatchObject({ code: 2241, message: expect.any(String) });
  });

  it("an exchange without the app's secret", async () => {
    const qrcode = sdk();
    const { random } = await qrcode.geneCode();
    await approveAs(alice, random);
    const { last } = await poll(qrcode, random);
    await expect(qrcode.exchangeUserInfo(String(last[1]))).rejects.toMatchObject({ code: 2020 });
  });

  it("more codes than one address may have, and its page shows why", async () => {
    await restartGateway({ limits: { ticketsPerMinute: 1 } });
    await sdk().geneCode();
    await expect(sdk().geneCode()).rejects.toMatchObject({
      code: 429,
      message: expect.stringContaining("fast"),
    });
  });
});
