import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  newContext,
  noResources,
  openWidgetPage,
  type PageResources,
  resourcesSince,
  startWidgetEnvironment,
  useChromium,
} from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`<qr-login> in Chromium${withoutChromium}`, () => {
  it("signs in, and makes an event of every callback", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate(`for (const name of ["start", "result", "scanned", "success", "code-show", "code-loaded", "code-destroyed"])
      document.addEventListener("qr-login-" + name, ({ detail }) => recordCall(name, detail.map(toJsonValue)));
      document.getElementById("qrcode").innerHTML = '<qr-login app-id="shop" language="zh" theme="dark"></qr-login>'`);
    const text = await it.readCode();
    expect(await it.box.locator(".title").innerText()).toBe("扫码登录");
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    expect(await it.waitForCall("success")).toMatchObject([{ nickname: "alice-nick" }, expect.any(String)]);
    for (const event of ["start", "scanned", "code-show", "code-loaded", "code-destroyed"])
      expect([event, it.callsOf(event).length]).toEqual([event, 1]);
  });

  it("begins anew, once, when attributes or options change", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>";
      globalThis.element = document.querySelector("qr-login"); element.options = callbacks()`);
    await it.waitForCall("onCodeLoaded");
    await it.evaluate(`element.setAttribute("language", "zh"); element.setAttribute("app-id", "blog"); element.options = {
      ...callbacks(), texts: { title: "Hello" } }`);
    await it.waitForCall("onCodeLoaded", 2);
    expect(it.callsOf("onStart")).toHaveLength(2);
    expect(await it.page.locator("qr-login .box").count()).toBe(1);
    expect(await it.box.locator(".title").innerText()).toBe("Hello");
  });

  it("goes by the defaults where attributes are no numbers", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate(`document.getElementById("qrcode").innerHTML = '<qr-login renewals="many" interval=""></qr-login>';
      document.querySelector("qr-login").options = callbacks()`);
    await it.waitForCall("onResult");
    await stage.clock.advanceAsync(121_000);
    await it.waitForCall("onCodeShow", 2);
    expect(it.callsOf("onExpired")).toEqual([]);
  });

  it.each([
    ["before its code has come", false],
    ["while it shows a code", true],
  ])("leaves nothing running when it is taken away %s", async (_when, isShown) => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const before = await it.evaluate<PageResources>("countResources()");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    if (isShown) release();
    await it.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()));
    const asked = it.page.waitForRequest(/\/tickets$/);
    await it.evaluate(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>"`);
    await asked;
    if (isShown) await it.readCode();
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.evaluate(`document.querySelector("qr-login").remove()`);
    release();
    expect((await withdrawn).status()).toBe(200);
    expect(await resourcesSince(it, before)).toEqual(noResources);
  });
});
