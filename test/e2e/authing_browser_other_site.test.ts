import type { Browser, BrowserContext } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  hasChromium,
  newBrowser,
  newBrowserWith,
  sharedChromium,
  withoutChromium,
} from "../support/browser/chromium.js";
import { openPage, type SitePage } from "../support/browser/page.js";
import {
  exchangeAtBackend,
  type PageEnvironment,
  scannedByCamera,
  startPageEnvironment,
  ticketIdIn,
} from "../support/browser/page_environment.js";
import { startSite } from "../support/browser/page_site.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";
import type { TestGateway } from "../support/gateway.js";

const gatewayHost = "login.example";
const alice = { nickname: "alice-nick", photo: "https://img.example.com/alice.png" };
const tls = { cert: certificate, key: privateKey };
const fast = { interval: 150 };

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Cookie settings of Chromium: 1 blocks third-party cookies, 2 every cookie of one host. */
const browsers = {
  "that allows third-party cookies": { cookie_controls_mode: 0 },
  "that blocks third-party cookies": { cookie_controls_mode: 1, block_third_party_cookies: true },
  "that blocks every cookie of the gateway": {
    content_settings: { exceptions: { cookies: { [`${gatewayHost},*`]: { setting: 2 } } } },
  },
} as const;
const names = Object.keys(browsers) as (keyof typeof browsers)[];

interface Shop extends PageEnvironment {
  readonly login: TestGateway;
  open(context: BrowserContext, site?: string): Promise<SitePage>;
}

/** Starts a shop at `https://shop.test`, a listed origin of the gateway at `https://login.example`. */
async function startShop(appOptions: { readonly exchangeFromBrowser?: boolean } = {}): Promise<Shop> {
  const environment = await startPageEnvironment();
  const site = await startSite({
    tls,
    signIn: (ticket) => exchangeAtBackend(login, ticket, certificate),
  });
  const origins = [`https://shop.test:${site.port}`];
  const login = await environment.gateway({ tls, appOptions: { shop: { origins, ...appOptions } } });
  const appHost = `https://${gatewayHost}:${login.address.split(":")[1]}`;
  return {
    ...environment,
    login,
    open: (context, host = "shop.test") =>
      openPage(context, `https://${host}:${site.port}/`, { appHost, appId: "shop" }),
  };
}

describe.skipIf(!hasChromium)(`a page on another site than the gateway, over TLS${withoutChromium}`, () => {
  it.each(names)(
    "a page on another site signs alice in through its backend in a browser %s",
    async (browser) => {
      const { phone, open } = await startShop();
      const { next, startScanning, readCode, run } = await open(await newBrowserWith(browsers[browser]));
      await startScanning(fast);
      await next("onCodeShow");
      const code = await readCode();
      await phone.markScanned(scannedByCamera(code));
      expect(await next("onScanned")).toEqual([alice]);
      await phone.authorize({ ticketId: ticketIdIn(code) });
      const [, ticket] = await next("onSuccess");
      expect(await run("signIn", ticket)).toMatchObject({ code: 200, data: { id: "subject-of-alice" } });
    },
  );

  it.each(names.slice(0, 2))(
    "a page on another site exchanges by itself in a browser %s",
    async (browser) => {
      const { phone, open } = await startShop({ exchangeFromBrowser: true });
      const context = await newBrowserWith(browsers[browser]);
      const { next, startScanning, readCode } = await open(context);
      await startScanning({ ...fast, autoExchangeUserInfo: true });
      await next("onCodeShow");
      const code = await readCode();
      expect(await context.cookies()).toMatchObject([
        { httpOnly: true, secure: true, sameSite: "None", partitionKey: "https://shop.test" },
      ]);
      await phone.markScanned(scannedByCamera(code));
      await phone.authorize({ ticketId: ticketIdIn(code) });
      const [userInfo] = await next("onSuccess");
      expect(userInfo).toMatchObject({ id: "subject-of-alice", ...alice });
    },
  );

  it("a page without cookies can watch the status but not exchange", async () => {
    const { phone, open } = await startShop({ exchangeFromBrowser: true });
    const context = await newBrowserWith(browsers["that blocks every cookie of the gateway"]);
    const { next, startScanning, readCode, callSdk } = await open(context);
    await startScanning(fast);
    await next("onCodeShow");
    const code = await readCode();
    expect(await context.cookies()).toEqual([]);
    await phone.markScanned(scannedByCamera(code));
    expect(await next("onScanned")).toEqual([alice]);
    await phone.authorize({ ticketId: ticketIdIn(code) });
    const [, ticket] = await next("onSuccess");
    expect(await callSdk("exchangeUserInfo", ticket)).toMatchObject({ error: { code: 2020 } });
  });

  it("a page of an unlisted origin gets no response", async () => {
    const { login, open, server } = await startShop();
    const listed = await open(await newBrowser(chromium));
    const { answer } = await listed.callSdk("geneCode");
    const unlisted = await open(await newBrowser(chromium), "evil.test");
    const networkError = { error: { message: "Network Error" } };
    expect(await unlisted.callSdk("checkStatus", answer?.random)).toMatchObject(networkError);
    expect(await unlisted.callSdk("exchangeUserInfo", "x")).toMatchObject(networkError);
    await unlisted.startScanning();
    await expect(unlisted.next("onCodeShow")).rejects.toThrow("onCodeLoadFailed");
    expect(login.lines.filter(({ reason }) => reason === "ORIGIN_NOT_ALLOWED")).not.toHaveLength(0);
    expect(server.lines.filter(({ method }) => method === "CreateTicket")).toHaveLength(1);
  });
});
