import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import type { GatewayApp } from "../../src/gateway/index.js";
import { bitmapOf, decode } from "../qr/decode.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { type GuardScript, startGuardSite } from "../support/browser/guard_site.js";
import { scannedByCamera, startPageEnvironment, ticketIdIn } from "../support/browser/page_environment.js";
import { createManualClock } from "../support/clock.js";
import { createChangeSignal } from "../support/timeout.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Logo of the app, a green square. */
const logo = `data:image/svg+xml;base64,${Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#0a6" d="M0 0h8v8H0z"/></svg>',
).toString("base64")}`;

/** A page with Guard, and what it has done. */
interface GuardPage {
  readonly page: Page;
  /** Requests so far, as `METHOD origin+path` without the query. */
  readonly requests: ReadonlySet<string>;
  /** Errors in the console of the page, such as a request that its policy has blocked. */
  readonly errors: readonly string[];
  /** Resolves with the value of the next event of this name. */
  next(event: string): Promise<unknown>;
  /** Waits for the code and reads it from a screenshot. */
  readCode(): Promise<string>;
}

async function openGuard(origin: string, locale = "en-US"): Promise<GuardPage> {
  const context = await newBrowser(chromium, { locale });
  const page = await context.newPage();
  const requests = new Set<string>();
  const errors: string[] = [];
  const events: { readonly event: string; readonly value: unknown }[] = [];
  const changes = createChangeSignal();
  page.on("request", (request) => {
    const { protocol, origin, pathname } = new URL(request.url());
    if (protocol.startsWith("http")) requests.add(`${request.method()} ${origin}${pathname}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.exposeFunction("report", (event: string, value: unknown) => {
    events.push({ event, value });
    changes.notify();
  });
  await page.goto(origin);
  return {
    page,
    requests,
    errors,
    next: (name) =>
      changes.waitFor(
        () => {
          const index = events.findIndex(({ event }) => event === name);
          return index < 0 ? undefined : (events.splice(index, 1)[0]?.value ?? null);
        },
        () => `${name} of Guard, which reported ${JSON.stringify(events)}; errors: ${errors.join("; ")}`,
      ),
    async readCode() {
      const image = page.locator(".refactor__image");
      await image.waitFor();
      const data = Uint8Array.from(await image.screenshot());
      const { jsqr, zxing } = await decode(bitmapOf({ mediaType: "image/png", data }));
      if (jsqr === undefined || jsqr !== zxing)
        throw new Error(`one decoder reads ${jsqr}, the other ${zxing}`);
      return jsqr;
    },
  };
}

interface ShopOptions {
  readonly app?: Partial<GatewayApp>;
  readonly clock?: Clock;
  /** Language of the browser. English by default. */
  readonly locale?: string;
}

/** Starts service, gateway and site, and opens the page of the site. The gateway's host is `localhost`. */
async function openShop(
  script: GuardScript,
  { app = {}, clock = systemClock, locale = "en-US" }: ShopOptions = {},
) {
  const { phone, gateway: start } = await startPageEnvironment({ clock });
  const shop = { name: "Example Shop", logo, origins: ["http://localhost:*"], ...app };
  const { url } = await start({ clock, appOptions: { shop } });
  const gateway = url.replace("127.0.0.1", "localhost");
  const site = await startGuardSite(gateway, script);
  const guard = await openGuard(site.origin, locale);
  return { phone, gateway, site, ...guard };
}

describe.skipIf(!hasChromium)(`Authing's Guard for the web in Chromium${withoutChromium}`, () => {
  it("Guard shows the app's code, and the documented site signs alice in with its backend", async () => {
    const { phone, gateway, site, page, readCode, requests, errors } = await openShop("documented");
    const code = await readCode();
    expect(await page.locator(".g2-view-header .title").innerText()).toBe("Example Shop");
    expect(await page.locator(".g2-view-header .icon").getAttribute("src")).toBe(logo);
    expect(await page.locator(".refactor__desc").innerText()).toBe("Mobile APP QR Code");
    await phone.markScanned(scannedByCamera(code));
    await page.getByText("Scan Success").waitFor();
    await phone.authorize({ ticketId: ticketIdIn(code) });
    await page.waitForURL(`${site.origin}/account`);
    expect([...site.sessions]).toEqual([["session-0", "alice-nick"]]);
    const cookies = await page.context().cookies(site.origin);
    expect(cookies).toContainEqual(expect.objectContaining({ name: "__Host-session", value: "session-0" }));
    // Nothing leaves for a host of Authing's.
    const api = `${gateway}/api/v2`;
    expect([...requests].filter((one) => !one.includes(site.origin)).toSorted()).toEqual(
      [
        `GET ${api}/applications/shop/components-public-config/guard`,
        `GET ${api}/applications/shop/public-config`,
        `GET ${api}/qrcode/check`,
        `GET ${gateway}/svg-string/guard`,
        `POST ${api}/qrcode/gene`,
        `POST ${api}/qrcode/userinfo`,
        `POST ${gateway}/graphql/v2`,
      ].toSorted(),
    );
    expect(errors).toEqual([]);
  });

  it("Guard delivers alice to the page itself if the app's setting lets the browser exchange", async () => {
    const shop = await openShop("browser alone", { app: { exchangeFromBrowser: true } });
    const code = await shop.readCode();
    await shop.phone.markScanned(scannedByCamera(code));
    await shop.phone.authorize({ ticketId: ticketIdIn(code) });
    expect(await shop.next("login")).toMatchObject({
      id: "subject-of-alice",
      nickname: "alice-nick",
      email: "alice@mail.example.com",
      token: expect.any(String),
    });
    const { page } = shop;
    const current = { id: "subject-of-alice", nickname: "alice-nick", token: expect.any(String) };
    expect(await page.evaluate("guard.trackSession()")).toMatchObject(current);
    expect(await page.evaluate("guard.checkLoginStatus()")).toMatchObject({ code: 200, status: true });
    const getCurrentUser = "guard.getAuthClient().then((client) => client.getCurrentUser())";
    expect(await page.evaluate(getCurrentUser)).toMatchObject(current);
    // A page that is loaded again finds the user without another code.
    await page.reload();
    expect(await shop.next("start")).toMatchObject(current);
    await Promise.all([page.waitForEvent("load"), page.evaluate("void guard.logout()")]);
    expect(page.url()).toBe(`${shop.site.origin}/`);
    await shop.readCode();
    expect(await page.evaluate("guard.trackSession()")).toBeNull();
    expect(shop.errors).toEqual([]);
  });

  it("Guard shows a new code when the phone declines, and when the code has expired", async () => {
    const clock = createManualClock(Date.now());
    const { phone, page, readCode } = await openShop("browser alone", { clock });
    const first = await readCode();
    await phone.markScanned(scannedByCamera(first));
    await page.getByText("Scan Success").waitFor();
    await phone.cancel({ ticketId: ticketIdIn(first) });
    await page.locator(".refactor-qrcode__mask").getByText("Refresh").click();
    await page.locator(".refactor-qrcode__mask").waitFor({ state: "detached" });
    const second = await readCode();
    expect(ticketIdIn(second)).not.toBe(ticketIdIn(first));
    await clock.advanceAsync(121_000);
    await page.locator(".refactor-qrcode__mask").getByText("Refresh").click();
    await page.locator(".refactor-qrcode__mask").waitFor({ state: "detached" });
    expect(ticketIdIn(await readCode())).not.toBe(ticketIdIn(second));
  });

  it("Guard is in the language of the browser, and its user can choose another", async () => {
    const { page, readCode } = await openShop("browser alone", { locale: "zh-CN" });
    await readCode();
    expect(await page.locator(".refactor__desc").innerText()).toBe("移动端 APP 扫码登录");
    await page.locator(".g2-change-language-text").click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.locator(".refactor__desc").getByText("Mobile APP QR Code").waitFor();
  });
});
