import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { openPage, type SitePage } from "../support/browser/page.js";
import {
  exchangeAtBackend,
  scannedByCamera,
  startPageEnvironment,
  ticketIdIn,
} from "../support/browser/page_environment.js";
import { startSite } from "../support/browser/page_site.js";
import { createManualClock } from "../support/clock.js";
import type { TestGateway } from "../support/gateway.js";

const alice = { nickname: "alice-nick", photo: "https://img.example.com/alice.png" };
const fast = { interval: 150 };

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/**
 * Opens a site on loopback whose page calls the gateway on another port. `host` is the gateway's host in the
 * page's settings.
 */
async function openShop(
  gateway: Pick<TestGateway, "url">,
  { host = "localhost", context = newBrowser(chromium) } = {},
): Promise<SitePage> {
  const site = await startSite({ signIn: (ticket) => exchangeAtBackend(gateway, ticket) });
  const { port } = new URL(gateway.url);
  const settings = { appHost: `http://${host}:${port}`, appId: "shop" };
  return openPage(await context, `http://localhost:${site.port}/`, settings);
}

const shop = (changes: object = {}) => ({
  appOptions: { shop: { origins: ["http://localhost:*"], ...changes } },
});

describe.skipIf(!hasChromium)(`authing-js-sdk in Chromium${withoutChromium}`, () => {
  it("authing-js-sdk signs alice in to a site whose backend exchanges the ticket", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const gateway = await start(shop());
    const { next, startScanning, readCode, run, requests } = await openShop(gateway);
    await startScanning();
    const [random] = await next("onCodeShow");
    const code = await readCode();
    // A photo of the code reveals the ticket id but not the handle.
    expect(code).not.toContain(random);
    const { app } = await phone.markScanned(scannedByCamera(code));
    expect(app?.name).toBe("Example Shop");
    expect(await next("onScanned")).toEqual([alice]);
    await phone.authorize({ ticketId: ticketIdIn(code) });
    const [userInfo, ticket] = await next("onSuccess");
    expect(userInfo).toEqual(alice);
    expect(await run("signIn", ticket)).toMatchObject({
      code: 200,
      data: { id: "subject-of-alice", email: "alice@mail.example.com", ...alice },
    });
    expect(
      new Set(requests.filter((one) => one.includes("/api/")).map((one) => one.split("/api")[1])),
    ).toEqual(new Set(["/v2/qrcode/gene", "/v2/qrcode/check"]));
  });

  it.each(["localhost", "127.0.0.1"])(
    "authing-js-sdk exchanges in the browser if the app's setting allows it, with the gateway at %s",
    async (host) => {
      const { phone, gateway: start } = await startPageEnvironment();
      const gateway = await start(shop({ exchangeFromBrowser: true }));
      const { next, startScanning, readCode, page } = await openShop(gateway, { host });
      await startScanning({ ...fast, autoExchangeUserInfo: true });
      await next("onCodeShow");
      const code = await readCode();
      await phone.markScanned(scannedByCamera(code));
      await phone.authorize({ ticketId: ticketIdIn(code) });
      const [userInfo] = await next("onSuccess");
      expect(userInfo).toMatchObject({ id: "subject-of-alice", email: "alice@mail.example.com", ...alice });
      expect(JSON.parse(await page.evaluate("localStorage._authing_user"))).toEqual(userInfo);
      // The SDK goes on with the token that it keeps.
      const client = `clientOf({ appId: "shop", appHost: "http://${host}:${new URL(gateway.url).port}" })`;
      expect(await page.evaluate(`${client}.getCurrentUser()`)).toMatchObject({
        id: "subject-of-alice",
        email: "alice@mail.example.com",
        ...alice,
      });
      expect(await page.evaluate(`${client}.checkLoginStatus()`)).toMatchObject({ code: 200, status: true });
    },
  );

  it("authing-js-sdk shows a new code when the phone declines", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const { next, startScanning, readCode } = await openShop(await start(shop()));
    await startScanning(fast);
    await next("onCodeShow");
    const code = await readCode();
    await phone.markScanned(scannedByCamera(code));
    await next("onScanned");
    await phone.cancel({ ticketId: ticketIdIn(code) });
    await next("onCancel");
    await next("onCodeShow");
    expect(ticketIdIn(await readCode())).not.toBe(ticketIdIn(code));
  });

  it("authing-js-sdk reports an expired code and shows a new one on a click", async () => {
    const clock = createManualClock(Date.now());
    const { gateway: start } = await startPageEnvironment({ clock });
    const { next, startScanning, readCode, page } = await openShop(await start({ clock, ...shop() }));
    await startScanning(fast);
    await next("onCodeShow");
    const code = await readCode();
    // The gateway watches the ticket from the first poll on.
    await next("onStart");
    await clock.advanceAsync(120_000);
    await next("onExpired");
    await page.locator("#__authing_success_tip").click();
    await next("onCodeShow");
    expect(ticketIdIn(await readCode())).not.toBe(ticketIdIn(code));
  });

  it("an observer who has read the code gets no status in another browser", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const gateway = await start(shop({ exchangeFromBrowser: true }));
    const victim = await openShop(gateway);
    const observer = await openShop(gateway);
    await victim.startScanning(fast);
    await victim.next("onCodeShow");
    const code = await victim.readCode();
    const noSuchCode = { error: { code: 2241 } };
    expect(await observer.callSdk("checkStatus", ticketIdIn(code))).toMatchObject(noSuchCode);
    await phone.markScanned(scannedByCamera(code));
    await phone.authorize({ ticketId: ticketIdIn(code) });
    await victim.next("onSuccess");
    expect(await observer.callSdk("checkStatus", ticketIdIn(code))).toMatchObject(noSuchCode);
    expect(await observer.callSdk("checkStatus", "A".repeat(22))).toMatchObject(noSuchCode);
  });

  it("a thief with the handle cannot exchange in another browser", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const gateway = await start(shop({ exchangeFromBrowser: true }));
    const victim = await openShop(gateway);
    const thief = await openShop(gateway);
    await victim.startScanning(fast);
    const [random] = await victim.next("onCodeShow");
    const code = await victim.readCode();
    // One browser has its own cookie, the other has none.
    await thief.callSdk("geneCode");
    const other = await openShop(gateway);
    await phone.markScanned(scannedByCamera(code));
    await phone.authorize({ ticketId: ticketIdIn(code) });
    const [, ticket] = await victim.next("onSuccess");
    for (const { callSdk } of [thief, other]) {
      const { answer } = await callSdk("checkStatus", random);
      expect(answer).toMatchObject({ status: 2, userInfo: alice });
      expect(await callSdk("exchangeUserInfo", answer?.ticket)).toMatchObject({ error: { code: 2020 } });
      expect(await callSdk("exchangeUserInfo", ticket)).toMatchObject({ error: { code: 2020 } });
    }
    expect(await victim.callSdk("exchangeUserInfo", ticket)).toMatchObject({
      answer: { id: "subject-of-alice" },
    });
  });
});
