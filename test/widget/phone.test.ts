import { type BrowserContextOptions, devices } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { findAxeViolations } from "./axe.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

const pixel = devices["Pixel 7"] as BrowserContextOptions;
const iphone = devices["iPhone 15"] as BrowserContextOptions;
const ipad = devices["iPad Mini"] as BrowserContextOptions;
const narrowWindow: BrowserContextOptions = { viewport: { width: 360, height: 640 } };

/** Opens a page, and records its calls to the gateway. */
async function openPage(options: BrowserContextOptions, path = "/") {
  const environment = await startWidgetEnvironment();
  const widget = await openWidgetPage(await newContext(options), (await environment.gateway()).url, path);
  const requests: string[] = [];
  widget.page.on("request", (request) => {
    if (request.url().includes("/qrlogin/")) requests.push(new URL(request.url()).pathname);
  });
  return { environment, widget, requests };
}

/** Returns whether the text is visible in the page. */
const isVisible = ({ page }: WidgetPage, text: string) => page.getByText(text).isVisible();

const english = [
  "Open this page on a computer, then scan the code with the app",
  "Show the code anyway",
] as const;
const chinese = ["请在电脑上打开此页面，再用手机应用扫描二维码", "仍要显示二维码"] as const;

describe.skipIf(!hasChromium)(`the widget on a phone, in Chromium${withoutChromium}`, () => {
  it("a phone is told to open the page on a computer, and nothing is requested, however long it waits", async () => {
    const { widget, requests } = await openPage(pixel);
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForState("phone");
    await widget.page.clock.runFor(300_000);
    await widget.evaluate(`setHidden(true); setHidden(false); dispatchEvent(new Event("online"))`);
    await widget.page.getByText(english[0]).waitFor();
    expect(await widget.box.locator(".code").isVisible()).toBe(false);
    expect(requests).toEqual([]);
    expect(widget.calls.map(([name]) => name)).toEqual(["onStart"]);
    await widget.evaluate("scanning.stop()");
    expect(requests).toEqual([]);
  });

  it("the button shows the code on a phone, by keyboard too, and a second phone signs the user in", async () => {
    const { environment, widget } = await openPage(pixel);
    await widget.startScanning();
    await widget.page.getByRole("status").getByText("Open this page on a computer").waitFor();
    await widget.page.locator("#before").focus();
    await widget.page.keyboard.press("Tab");
    await widget.page.keyboard.press("Enter");
    await widget.waitForCall("onRetry");
    const text = await widget.readCode();
    expect(await widget.evaluate(`document.activeElement.shadowRoot.activeElement.className`)).toBe("box");
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    await widget.waitForCall("onSuccess");
    expect(widget.callsOf("cspViolation")).toEqual([]);
  });

  it("restart() shows the code on a phone, and an expired code is renewed there", async () => {
    const { environment, widget } = await openPage(pixel);
    await widget.startScanning();
    await widget.evaluate("scanning.restart()");
    await widget.waitForCall("onResult");
    await environment.clock.advanceAsync(121_000);
    await widget.waitForCall("onCodeShow", 2);
  });

  it.each([
    ["phone", "an iPhone", iphone],
    ["waiting", "an iPad", ipad],
    ["waiting", "a narrow window on a computer", narrowWindow],
  ])("the widget shows the state %s on %s", async (kind, _, options) => {
    const { widget } = await openPage(options);
    // Only Chromium has this property.
    if (options !== narrowWindow)
      await widget.evaluate(`Object.defineProperty(navigator, "userAgentData", { value: undefined })`);
    await widget.startScanning();
    await widget.waitForState(kind);
  });

  it.each([
    ["computer", "a phone", pixel, "waiting"],
    ["phone", "a computer", narrowWindow, "phone"],
  ])("the option `device` replaces the detection: %s on %s", async (device, _, options, kind) => {
    const { widget } = await openPage(options);
    await widget.startScanning({ device });
    await widget.waitForState(kind);
  });

  it("the dialog works on a phone", async () => {
    const { widget, requests } = await openPage(pixel);
    await widget.evaluate(`void QrLogin.startScanning(undefined, { appId: "shop", ...callbacks() })`);
    const dialog = widget.page.getByRole("dialog", { name: "Sign in with your phone" });
    await dialog.getByText("Open this page on a computer").waitFor();
    expect(await findAxeViolations(widget.page)).toEqual([]);
    await widget.page.getByRole("button", { name: "Close" }).click();
    expect(await dialog.count()).toBe(0);
    expect(requests).toEqual([]);
  });
});

describe.skipIf(!hasChromium)(`a page's own content on a phone, in Chromium${withoutChromium}`, () => {
  it("the option `phoneContent` replaces the text on a phone, and the code replaces it", async () => {
    const { widget } = await openPage(pixel);
    await widget.evaluate(`
      document.body.append(Object.assign(document.createElement("a"), { id: "own", href: "#app", textContent: "Open our app" }));
      const options = { appId: "shop", ...callbacks(), phoneContent: document.getElementById("own") };
      globalThis.scanning = QrLogin.startScanning("qrcode", options);
      globalThis.again = () => (globalThis.scanning = QrLogin.startScanning("qrcode", options));`);
    await widget.page.getByRole("link", { name: "Open our app" }).waitFor();
    expect(await isVisible(widget, english[0])).toBe(false);
    expect(await findAxeViolations(widget.page)).toEqual([]);
    await widget.button.click();
    await widget.readCode();
    expect(await widget.page.locator("#own").isVisible()).toBe(false);
    await widget.evaluate("again()");
    await widget.page.getByRole("link", { name: "Open our app" }).waitFor();
    await widget.evaluate("scanning.stop()");
    expect(await widget.page.locator("#qrcode").innerHTML()).toBe("");
  });

  it.each([
    ["shown on a phone", pixel, true],
    ["not shown on a computer", narrowWindow, false],
  ])("a child of <qr-login> with slot=phone is %s", async (_, options, isShown) => {
    const { widget } = await openPage(options);
    // The parser inserts the child after the element has started.
    await widget.evaluate(`document.getElementById("qrcode").innerHTML = "<qr-login></qr-login>";
      Promise.resolve().then(() => document.querySelector("qr-login").innerHTML = "<b slot=phone>Use our app</b><i>and others</i>")`);
    await widget.waitForState(isShown ? "phone" : "waiting");
    expect(await isVisible(widget, "Use our app")).toBe(isShown);
    expect(await isVisible(widget, "Scan the code with the app")).toBe(!isShown);
    expect(await isVisible(widget, english[0])).toBe(false);
    // The element keeps the page's children when it starts again.
    await widget.evaluate(`document.querySelector("qr-login").setAttribute("device", "phone")`);
    await widget.page.getByText("Use our app").waitFor();
    await widget.waitForState("phone");
    expect(await isVisible(widget, "and others")).toBe(false);
    expect(widget.callsOf("uncaughtError")).toEqual([]);
  });
});

describe.skipIf(!hasChromium)(`the widget at the sizes of phones, in Chromium${withoutChromium}`, () => {
  it.each([
    ["light", "en", english],
    ["dark", "zh-CN", chinese],
  ] as const)(
    "the text for a phone fits, is read and can be dismissed at 320 to 430 pixels: %s, %s",
    async (colorScheme, lang, [text, label]) => {
      const { widget } = await openPage({ ...pixel, colorScheme }, `/?lang=${lang}`);
      await widget.evaluate(`document.documentElement.style.background = "${colorScheme === "dark" ? "#000" : "#fff"}";
        document.querySelector("h1").style.color = "${colorScheme === "dark" ? "#fff" : "#000"}"`);
      await widget.startScanning();
      for (const width of [320, 375, 430]) {
        await widget.page.setViewportSize({ width, height: 640 });
        expect(await widget.page.getByRole("status").textContent()).toBe(text);
        const button = widget.page.getByRole("button", { name: label });
        const bounds = await button.boundingBox();
        expect(bounds?.height).toBeGreaterThanOrEqual(44);
        // The whole widget is visible without scrolling.
        expect((bounds?.y ?? 0) + (bounds?.height ?? Number.NaN)).toBeLessThanOrEqual(640);
        expect(await widget.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
        expect([width, ...(await findAxeViolations(widget.page))]).toEqual([width]);
      }
    },
  );

  it("the page's texts replace those for a phone", async () => {
    const { widget } = await openPage(pixel);
    await widget.startScanning({ texts: { phone: "Use your laptop", showCode: "I have two phones" } });
    await widget.page.getByText("Use your laptop").waitFor();
    await widget.page.getByRole("button", { name: "I have two phones" }).click();
    await widget.waitForState("waiting");
  });
});
