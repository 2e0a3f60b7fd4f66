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
  it("the element signs a user in and dispatches every callback as an event", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate(`for (const name of ["start", "result", "scanned", "success", "code-show", "code-loaded", "code-destroyed"])
      document.addEventListener("qr-login-" + name, ({ detail }) => recordCall(name, detail.map(toJsonValue)));
      document.getElementById("qrcode").innerHTML = '<qr-login app-id="shop" language="zh" theme="dark"></qr-login>'`);
    const text = await widget.readCode();
    expect(await widget.box.locator(".title").innerText()).toBe("扫码登录");
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    expect(await widget.waitForCall("success")).toMatchObject([
      { nickname: "alice-nick" },
      expect.any(String),
    ]);
    for (const event of ["start", "scanned", "code-show", "code-loaded", "code-destroyed"])
      expect([event, widget.callsOf(event).length]).toEqual([event, 1]);
  });

  it("the element restarts once when attributes or options change", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>";
      globalThis.element = document.querySelector("qr-login"); element.options = callbacks()`);
    await widget.waitForCall("onCodeLoaded");
    await widget.evaluate(`element.setAttribute("language", "zh"); element.setAttribute("app-id", "blog"); element.options = {
      ...callbacks(), texts: { title: "Hello" } }`);
    await widget.waitForCall("onCodeLoaded", 2);
    expect(widget.callsOf("onStart")).toHaveLength(2);
    expect(await widget.page.locator("qr-login .box").count()).toBe(1);
    expect(await widget.box.locator(".title").innerText()).toBe("Hello");
  });

  it("the element uses the defaults for attributes that are not numbers", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate(`document.getElementById("qrcode").innerHTML = '<qr-login renewals="many" interval=""></qr-login>';
      document.querySelector("qr-login").options = callbacks()`);
    await widget.waitForCall("onResult");
    await environment.clock.advanceAsync(121_000);
    await widget.waitForCall("onCodeShow", 2);
    expect(widget.callsOf("onExpired")).toEqual([]);
  });

  it.each([
    ["before its code has loaded", false],
    ["while it shows a code", true],
  ])("the element leaves no timers, listeners or streams when it is removed %s", async (_when, isShown) => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    if (isShown) release();
    await widget.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()));
    const asked = widget.page.waitForRequest(/\/tickets$/);
    await widget.evaluate(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>"`);
    await asked;
    if (isShown) await widget.readCode();
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    await widget.evaluate(`document.querySelector("qr-login").remove()`);
    release();
    expect((await withdrawn).status()).toBe(200);
    expect(await resourcesSince(widget, before)).toEqual(noResources);
  });
});
