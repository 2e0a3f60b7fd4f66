import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import {
  browser,
  nothing,
  openWidgetPage,
  type Running,
  runningSince,
  setWidgetStage,
  useChromium,
} from "./stage.js";

useChromium();

describe.skipIf(!hasChromium)(`<qr-login> in Chromium${withoutChromium}`, () => {
  it("signs in, and makes an event of every callback", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.run(`for (const name of ["start", "result", "scanned", "success", "code-show", "code-loaded", "code-destroyed"])
      document.addEventListener("qr-login-" + name, ({ detail }) => tell(name, detail.map(plain)));
      document.getElementById("qrcode").innerHTML = '<qr-login app-id="shop" language="zh" theme="dark"></qr-login>'`);
    const text = await it.readCode();
    expect(await it.box.locator(".title").innerText()).toBe("扫码登录");
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    expect(await it.heard("success")).toMatchObject([{ nickname: "alice-nick" }, expect.any(String)]);
    for (const event of ["start", "scanned", "code-show", "code-loaded", "code-destroyed"])
      expect([event, it.of(event).length]).toEqual([event, 1]);
  });

  it("begins anew, once, when attributes or options change", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.run(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>";
      globalThis.element = document.querySelector("qr-login"); element.options = callbacks()`);
    await it.heard("onCodeLoaded");
    await it.run(`element.setAttribute("language", "zh"); element.setAttribute("app-id", "blog"); element.options = {
      ...callbacks(), texts: { title: "Hello" } }`);
    await it.heard("onCodeLoaded", 2);
    expect(it.of("onStart")).toHaveLength(2);
    expect(await it.page.locator("qr-login .box").count()).toBe(1);
    expect(await it.box.locator(".title").innerText()).toBe("Hello");
  });

  it("goes by the defaults where attributes are no numbers", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.run(`document.getElementById("qrcode").innerHTML = '<qr-login renewals="many" interval=""></qr-login>';
      document.querySelector("qr-login").options = callbacks()`);
    await it.heard("onResult");
    await stage.clock.pass(121_000);
    await it.heard("onCodeShow", 2);
    expect(it.of("onExpired")).toEqual([]);
  });

  it.each([
    ["before its code has come", false],
    ["while it shows a code", true],
  ])("leaves nothing running when it is taken away %s", async (_when, isShown) => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    const before = await it.run<Running>("running()");
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    if (isShown) letGo();
    await it.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()));
    const asked = it.page.waitForRequest(/\/tickets$/);
    await it.run(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>"`);
    await asked;
    if (isShown) await it.readCode();
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.run(`document.querySelector("qr-login").remove()`);
    letGo();
    expect((await withdrawn).status()).toBe(200);
    expect(await runningSince(it, before)).toEqual(nothing);
  });
});
