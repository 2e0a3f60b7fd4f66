import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { openPage, type SitePage } from "../support/browser/page.js";
import { scannedByCamera, startPageEnvironment, ticketIdIn } from "../support/browser/page_environment.js";
import { startSite } from "../support/browser/page_site.js";
import { newHandleKey, type TestGateway } from "../support/gateway.js";
import { startSwitchableProxy } from "../support/switchable_proxy.js";

const shop = { origins: ["http://localhost:*"], exchangeFromBrowser: true };
const signedIn = { id: "subject-of-alice", email: "alice@mail.example.com" };

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Opens a page that exchanges in the browser, with its gateway at `port`. */
async function openShop(port: number): Promise<SitePage> {
  const site = await startSite();
  const settings = { appHost: `http://localhost:${port}`, appId: "shop" };
  return openPage(await newBrowser(chromium), `http://localhost:${site.port}/`, settings);
}

const routesOf = (gateway: TestGateway) => new Set(gateway.lines.map(({ route }) => route));

describe.skipIf(!hasChromium)(`authing-js-sdk in Chromium with several gateways${withoutChromium}`, () => {
  it("polls and exchanges at a gateway other than the one that created the code", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const shared = { handleKeys: [newHandleKey()], appOptions: { shop } };
    const [first, second] = [await start(shared), await start(shared)];
    const balancer = await startSwitchableProxy(first.address);
    const { next, startScanning, readCode } = await openShop(balancer.port);
    await startScanning({ autoExchangeUserInfo: true });
    await next("onCodeShow");
    balancer.switchTo(second.address);
    const code = await readCode();
    await phone.markScanned(scannedByCamera(code));
    await next("onScanned");
    await phone.authorize({ ticketId: ticketIdIn(code) });
    expect(await next("onSuccess")).toMatchObject([signedIn, expect.any(String)]);
    expect(routesOf(first)).toContain("/api/v2/qrcode/gene");
    expect(routesOf(first)).not.toContain("/api/v2/qrcode/userinfo");
    expect(routesOf(second)).toContain("/api/v2/qrcode/check");
    expect(routesOf(second)).toContain("/api/v2/qrcode/userinfo");
    expect(routesOf(second)).not.toContain("/api/v2/qrcode/gene");
  });

  it("keeps polling through a restart of the gateway", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const shared = { handleKeys: [newHandleKey()], appOptions: { shop } };
    const before = await start(shared);
    const balancer = await startSwitchableProxy(before.address);
    const { next, startScanning, readCode } = await openShop(balancer.port);
    await startScanning({ autoExchangeUserInfo: true });
    const code = await readCode();
    await next("onStart");
    balancer.hold();
    await before.stop();
    const after = await start({ ...shared, port: Number(before.address.split(":")[1]) });
    balancer.switchTo(after.address);
    await phone.markScanned(scannedByCamera(code));
    await next("onScanned");
    await phone.authorize({ ticketId: ticketIdIn(code) });
    expect(await next("onSuccess")).toMatchObject([signedIn, expect.any(String)]);
    expect(routesOf(after)).not.toContain("/api/v2/qrcode/gene");
  });
});
