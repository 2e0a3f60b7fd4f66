import { describe, expect, it } from "vitest";
import { languageVersions } from "../../gen/widget/languages.js";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

const languageUrl = /\/languages\/zh\.json/;

async function openPage(path: string) {
  const environment = await startWidgetEnvironment();
  const { url } = await environment.gateway();
  return { environment, widget: await openWidgetPage(await newContext(), url, path) };
}

/** Holds back the language. Returns a function that lets it through. */
async function holdLanguage({ page }: WidgetPage): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(languageUrl, async (route) => held.then(() => route.continue()));
  return release;
}

describe.skipIf(!hasChromium)(`the languages of the widget, in Chromium${withoutChromium}`, () => {
  it("a page in English loads no language", async () => {
    const { widget } = await openPage("/?lang=en");
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await widget.startScanning();
    await widget.readCode();
    expect(requests.filter((url) => url.includes("/languages/"))).toEqual([]);
  });

  it("a page in Chinese loads it once, with its version, and tells screen readers", async () => {
    const { widget } = await openPage("/?lang=zh-Hans");
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await widget.startScanning();
    await widget.readCode();
    await widget.startScanning({}, "other");
    await widget.readCode("other");
    expect(await widget.box.locator(".title").innerText()).toBe("扫码登录");
    expect(await widget.box.getAttribute("lang")).toBe("zh-Hans");
    const languages = requests.filter((url) => languageUrl.test(url));
    expect(languages).toEqual([expect.stringMatching(`zh\\.json\\?v=${languageVersions.zh}$`)]);
  });

  it.each([
    ["is missing", 404, "{}"],
    ["is no JSON", 200, "<h1>Welcome</h1>"],
  ])("the widget is English if the language %s", async (_what, status, body) => {
    const { environment, widget } = await openPage("/?lang=zh");
    await widget.page.route(languageUrl, (route) => route.fulfill({ status, body }));
    await widget.startScanning();
    const text = await widget.readCode();
    expect(await widget.box.locator(".title").innerText()).toBe("Sign in with your phone");
    expect(await widget.box.getAttribute("lang")).toBe("en");
    await environment.alice.scan(text);
    await widget.waitForState("scanned");
  });

  it("the widget asks for its code once the language is there", async () => {
    const { environment, widget } = await openPage("/?lang=zh");
    const release = await holdLanguage(widget);
    await widget.startScanning();
    await widget.waitForCall("onStart");
    expect(await widget.page.locator(".box").count()).toBe(0);
    release();
    await environment.alice.scan(await widget.readCode());
    await widget.waitForState("scanned");
  });

  it("a scan that is stopped before its language is there shows nothing", async () => {
    const { widget } = await openPage("/?lang=zh");
    const release = await holdLanguage(widget);
    await widget.startScanning();
    await widget.waitForCall("onStart");
    await widget.evaluate("scanning.stop()");
    const loaded = widget.page.waitForResponse(languageUrl);
    release();
    await (await loaded).finished();
    // The next scan has the language, and shows itself at once.
    await widget.startScanning();
    expect(await widget.page.locator(".box").count()).toBe(1);
  });

  it("a code that the page requests before the language is there is shown on a phone, too", async () => {
    const { widget } = await openPage("/?lang=zh");
    const release = await holdLanguage(widget);
    await widget.startScanning({ device: "phone" });
    await widget.evaluate("scanning.restart()");
    release();
    await widget.readCode();
    expect(widget.callsOf("onRetry")).toHaveLength(1);
  });

  it("a language that the page adds while it is being loaded is not replaced", async () => {
    const { widget } = await openPage("/?lang=zh");
    const release = await holdLanguage(widget);
    await widget.startScanning();
    await widget.evaluate(`QrLogin.addLanguage("zh", { title: "扫一扫" })`);
    release();
    await widget.readCode();
    expect(await widget.box.locator(".title").innerText()).toBe("扫一扫");
  });

  it("a language that the page adds is not loaded, and missing texts are English", async () => {
    const { widget } = await openPage("/?lang=ar&dir=rtl");
    await widget.evaluate(`QrLogin.addLanguage("ar", { title: "تسجيل الدخول" })`);
    await widget.startScanning();
    await widget.readCode();
    expect(await widget.box.locator(".title").innerText()).toBe("تسجيل الدخول");
    expect(await widget.state.textContent()).toContain("Scan the code with the app");
    expect(
      await widget.evaluate(
        `getComputedStyle(document.querySelector("#qrcode > div").shadowRoot.querySelector(".title")).direction`,
      ),
    ).toBe("rtl");
  });
});
