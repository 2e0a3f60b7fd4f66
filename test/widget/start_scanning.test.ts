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

describe.skipIf(!hasChromium)(`startScanning in Chromium${withoutChromium}`, () => {
  it("a scan stops when the page removes the container, and leaves nothing running", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.startScanning();
    await widget.readCode();
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    await widget.evaluate(`document.getElementById("qrcode").remove()`);
    await withdrawn;
    expect(await resourcesSince(widget, before)).toEqual(noResources);
  });

  it("a scan stops if the page removes the container in the same task", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    await widget.evaluate(`
      QrLogin.startScanning("qrcode", { appId: "shop", ...callbacks() });
      document.getElementById("qrcode").remove();
    `);
    await withdrawn;
    expect(await resourcesSince(widget, before)).toEqual(noResources);
  });

  it("a finished scan leaves only what its view needs, and nothing after stop()", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    await widget.waitForCall("onSuccess");
    // The timer checks that the container is in the page.
    expect(await resourcesSince(widget, before)).toEqual({ ...noResources, timers: 1 });
    await widget.evaluate("scanning.stop(); scanning.stop(); scanning.restart()");
    expect(await resourcesSince(widget, before)).toEqual(noResources);
  });

  it("a scan replaces the previous one in the same element, and no other", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    await widget.readCode();
    await widget.startScanning();
    await widget.startScanning({}, "other");
    const one = await widget.readCode();
    const other = await widget.readCode("other");
    expect(await widget.page.locator(".box").count()).toBe(2);
    await environment.alice.scan(other);
    await widget.waitForState("scanned", "other");
    await widget.waitForState("waiting");
    await environment.alice.scan(one);
    await widget.waitForState("scanned");
  });

  it("a scan without a target opens a dialog, and Escape closes it and stops the scan", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.page.locator("#before").focus();
    const open = `QrLogin.startScanning(undefined, { appId: "shop", ...callbacks() })`;
    for (const close of ["Escape", "the button"]) {
      // A second dialog replaces the first.
      await widget.evaluate(`void [${open}, ${open}]`);
      const dialog = widget.page.getByRole("dialog", { name: "Sign in with your phone" });
      await dialog.locator(".box[data-kind=waiting]").waitFor();
      const bounds = await dialog.boundingBox();
      const middle = (bounds?.x ?? 0) + (bounds?.width ?? 0) / 2;
      expect(middle).toBeCloseTo((widget.page.viewportSize()?.width ?? 0) / 2, 0);
      const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
      if (close === "Escape") await widget.page.keyboard.press("Escape");
      else await widget.page.getByRole("button", { name: "Close" }).click();
      await withdrawn;
      expect(await dialog.count()).toBe(0);
      expect(await widget.evaluate("document.activeElement.id")).toBe("before");
    }
    expect(await resourcesSince(widget, before)).toEqual(noResources);
    expect(widget.callsOf("cspViolation")).toEqual([]);
  });

  it("the theme follows the system, unless the page sets it", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const box = `document.querySelector("#qrcode div").shadowRoot.querySelector(".box")`;
    const background = () => widget.evaluate(`getComputedStyle(${box}).backgroundColor`);
    const [white, dark] = ["rgb(255, 255, 255)", "rgb(27, 29, 35)"];
    for (const theme of [undefined, "auto", "light", "dark"]) {
      await widget.startScanning({ theme, device: "phone" });
      for (const colorScheme of ["dark", "light"] as const) {
        await widget.page.emulateMedia({ colorScheme });
        const isDark = theme === "dark" || (theme !== "light" && colorScheme === "dark");
        expect([theme, colorScheme, await background()]).toEqual([theme, colorScheme, isDark ? dark : white]);
      }
    }
  });

  it("startScanning throws if the target does not exist", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await expect(widget.evaluate(`QrLogin.startScanning("no-such-element")`)).rejects.toThrow(
      "no-such-element",
    );
    for (const nothing of ["null", '""'])
      await expect(widget.evaluate(`QrLogin.startScanning(${nothing})`)).rejects.toThrow("element");
    expect(await widget.page.locator(".box").count()).toBe(0);
  });
});
