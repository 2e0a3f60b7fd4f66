import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const logo = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%209%209'/%3E";
const markup = "<b>Acme</b>";
const root = "document.querySelector('#qrcode > *').shadowRoot";

/** Opens a page with the widget, from a gateway whose app has these settings. */
async function open(app: { name?: string; logo?: string } = {}, contextOptions = {}) {
  const environment = await startWidgetEnvironment();
  const { url } = await environment.gateway({ appOptions: { shop: app } });
  const widget = await openWidgetPage(await newContext(contextOptions), url);
  /** Returns a computed style of an element of the widget. */
  const styleOf = (selector: string, property: string) =>
    widget.evaluate<string>(`getComputedStyle(${root}.querySelector("${selector}")).${property}`);
  return { ...environment, widget, url, styleOf };
}

describe.skipIf(!hasChromium)(`the appearance of the widget, in Chromium${withoutChromium}`, () => {
  it("the name and the logo of the app are above the code, and the name is never markup", async () => {
    const { widget } = await open({ name: markup, logo });
    await widget.startScanning();
    await widget.box.locator(".logo").waitFor();
    expect(await widget.box.locator(".app-name").textContent()).toBe(markup);
    expect(await widget.box.locator(".logo").getAttribute("src")).toBe(logo);
    expect(await widget.box.locator("b").count()).toBe(0);
  });

  it("a name that is too long ends with an ellipsis, in its second line", async () => {
    const { widget, styleOf } = await open({ name: "Acme ".repeat(20).trim() });
    await widget.startScanning();
    await widget.readCode();
    expect(await styleOf(".app-name", "webkitLineClamp")).toBe("2");
    const height = await widget.box.locator(".app-name").evaluate(({ clientHeight }) => clientHeight);
    expect(height).toBe(2 * Math.round(1.4 * 15));
  });

  it("a path is a logo of the gateway, and an image that does not load leaves no gap", async () => {
    const { widget, url } = await open({ logo: "/logo.svg" });
    const requested = widget.page.waitForRequest(`${url}/logo.svg`);
    await widget.startScanning();
    await (await requested).response();
    await widget.readCode();
    expect(await widget.box.locator(".logo").isVisible()).toBe(false);
    expect(await widget.box.locator(".app-name").textContent()).toBe("");
  });

  it("three steps are below the code, and the page can replace them with its own texts", async () => {
    const { widget } = await open();
    const steps = widget.box.locator(".steps li");
    await widget.startScanning();
    await widget.readCode();
    expect(await steps.allTextContents()).toEqual([
      "Open the app on your phone",
      "Scan this code with it",
      "Confirm the sign-in",
    ]);
    expect(await widget.state.textContent()).toBe("Scan the code with the app");
    await widget.startScanning({ texts: { steps: ["Open Acme › Me › Scan", markup] } });
    await widget.readCode();
    expect(await steps.allTextContents()).toEqual(["Open Acme › Me › Scan", markup]);
  });

  it("a page that replaces the text below the code shows that text, and no steps", async () => {
    const { widget } = await open();
    for (const options of [{ tips: { referText: "Use Acme" } }, { texts: { waiting: "Use Acme" } }]) {
      await widget.startScanning(options);
      await widget.readCode();
      expect(await widget.box.locator(".steps li").count()).toBe(0);
      expect((await widget.state.boundingBox())?.height).toBeGreaterThan(10);
      expect(await widget.state.innerText()).toBe("Use Acme");
    }
  });

  it("docs/widget.md lists the parts, and a page can style each of them", async () => {
    const { widget, alice } = await open({ name: "Acme", logo });
    const document = readFileSync(new URL("../../docs/widget.md", import.meta.url), "utf8");
    const rows = document.split("\n").filter((line) => line.startsWith("| `::part("));
    const documented = rows.flatMap((row) =>
      [...row.matchAll(/::part\(([a-z-]+)\)/g)].map(([, part = ""]) => part),
    );
    await widget.startScanning(undefined, "other");
    await widget.evaluate(`{ const sheet = new CSSStyleSheet(); document.adoptedStyleSheets = [sheet];
      for (const part of ${JSON.stringify(documented)}) sheet.insertRule("::part(" + part + ") { --styled: yes; }"); }`);
    const styled = () =>
      widget.evaluate<
        string[]
      >(`[...document.querySelector("#other > *").shadowRoot.querySelectorAll("[part]")]
        .filter((it) => getComputedStyle(it).getPropertyValue("--styled") === "yes").flatMap((it) => [...it.part])`);
    const text = await widget.readCode("other");
    const waiting = await styled();
    await alice.scan(text);
    await widget.waitForState("scanned", "other");
    const shown = [...waiting, ...(await styled()), "close"].filter((part) => part !== "visually-hidden");
    expect(new Set(shown)).toEqual(new Set(documented));
  });

  it("an element can bring a logo, steps and a footer of its own", async () => {
    const { widget } = await open({ name: "Acme", logo });
    await widget.evaluate(`document.querySelector("main").insertAdjacentHTML("beforeend",
      '<qr-login app-id="shop"><i slot="logo">L</i><p slot="steps">Mine</p><a slot="footer" href="/">Help</a></qr-login>')`);
    const own = (name: string) => widget.page.locator(`qr-login [slot=${name}]`);
    const box = widget.page.locator("qr-login .box");
    await box.locator(".code.loaded").waitFor();
    for (const name of ["logo", "steps", "footer"]) expect(await own(name).isVisible(), name).toBe(true);
    expect(await box.locator(".steps").isVisible()).toBe(false);
    expect(await box.locator(".logo").isVisible()).toBe(false);
  });

  it.each([
    ["tiny", { width: 96, height: 96 }],
    ["usual", { width: 260, height: 260 }],
    ["huge", { width: 600, height: 600 }],
    ["flat", { width: 300, height: 200 }],
    ["tall", { width: 200, height: 300 }],
  ])("everything lines up below a %s code, and nothing overflows the widget", async (_, size) => {
    const { widget } = await open({ name: "Acme", logo });
    await widget.startScanning({ size });
    await widget.box.locator(".code.loaded").waitFor();
    const rectangle = async (selector: string) =>
      (await widget.box.locator(selector).boundingBox()) ?? expect.fail();
    const [frame, steps, countdown] = await Promise.all([".frame", ".steps", ".countdown"].map(rectangle));
    const width = Math.max(size.width, 260);
    expect([frame?.width, frame?.height]).toEqual([size.width, size.height]);
    expect([steps?.width, countdown?.width]).toEqual([width, width]);
    expect(steps?.x).toBe(countdown?.x);
    expect((frame?.x ?? 0) + size.width / 2).toBeCloseTo((steps?.x ?? 0) + width / 2, 0);
    expect(await widget.evaluate(`${root}.querySelector(".box").scrollWidth <= ${width + 42}`)).toBe(true);
  });

  it("a code that is too dense for its size is reported on the console, and nothing else is", async () => {
    const { widget } = await open();
    const messages: string[] = [];
    widget.page.on("console", (message) => messages.push(message.text()));
    await widget.startScanning();
    await widget.readCode();
    expect(messages).toEqual([]);
    await widget.startScanning({ customData: { note: "n".repeat(480) } });
    await widget.box.locator(".code.loaded").waitFor();
    expect(messages).toEqual([expect.stringMatching(/^qrlogin: the code is too dense: set size to 3\d\d, /)]);
  });

  it("at most 40 pixels are empty below the countdown", async () => {
    const { widget } = await open();
    await widget.startScanning();
    await widget.readCode();
    const [box, countdown] = await Promise.all([
      widget.box.boundingBox(),
      widget.box.locator(".countdown").boundingBox(),
    ]);
    const bottom = (it: typeof box) => (it ? it.y + it.height : Number.NaN);
    expect(bottom(box) - bottom(countdown)).toBeLessThanOrEqual(40);
  });

  it("without a code, the dark theme shows no bright square and no trace of the code before", async () => {
    const { widget, styleOf } = await open();
    await widget.startScanning({ theme: "dark" });
    const text = await widget.readCode();
    await widget.page.route(/\/tickets$/, (route) => route.abort());
    await widget.evaluate("scanning.restart()");
    await widget.state.getByText("No connection").waitFor();
    expect(text).not.toBe("");
    await expect.poll(() => styleOf(".code", "opacity")).toBe("0");
    const [red = 255] = (await styleOf(".frame", "backgroundColor")).match(/\d+/g) ?? [];
    expect(Number(red)).toBeLessThan(100);
  });

  it("the countdown is not shown while the widget is offline", async () => {
    const { widget } = await open();
    await widget.page.route(/\/tickets\/(events|status)/, (route) => route.abort());
    await widget.startScanning();
    await widget.state.getByText("No connection").waitFor();
    expect(await widget.box.locator(".countdown").isVisible()).toBe(false);
    expect(await widget.box.locator(".steps").isVisible()).toBe(false);
    await widget.page.unrouteAll();
    await widget.box.locator(".countdown").waitFor();
  });

  it("the dialog does not clip the focus ring of the widget", async () => {
    const { widget } = await open();
    await widget.evaluate(`void QrLogin.startScanning(undefined, { appId: "shop" })`);
    const dialog = widget.page.locator("dialog");
    const [outer, inner] = await Promise.all([dialog.boundingBox(), dialog.locator(".box").boundingBox()]);
    if (!outer || !inner) throw new Error("the dialog is not shown");
    const ring = 6; // the width of the outline, and its distance
    expect(inner.x - outer.x).toBeGreaterThanOrEqual(ring);
    expect(inner.y - outer.y).toBeGreaterThanOrEqual(ring);
  });
});
