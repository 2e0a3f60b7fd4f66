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
  it("stops by itself when the page drops its place, and leaves nothing running", async () => {
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

  it("stops by itself too where its place was there for no time at all", async () => {
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

  it("leaves nothing running after a sign-in but what draws it", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    await widget.waitForCall("onSuccess");
    // Whether the place is still there, and which theme the system has.
    expect(await resourcesSince(widget, before)).toEqual({ timers: 1, listeners: 1, sources: 0 });
    await widget.evaluate("scanning.stop(); scanning.stop(); scanning.restart()");
    expect(await resourcesSince(widget, before)).toEqual(noResources);
  });

  it("takes the place of what the same element showed before, and minds no other", async () => {
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

  it("is a dialogue without an element, which Escape closes and thereby stops", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.page.locator("#before").focus();
    for (const close of ["Escape", "the button"]) {
      await widget.evaluate(`void QrLogin.startScanning(undefined, { appId: "shop", ...callbacks() })`);
      const dialog = widget.page.getByRole("dialog", { name: "Sign in with your phone" });
      await dialog.locator(".box[data-kind=waiting]").waitFor();
      const place = await dialog.boundingBox();
      const middle = (place?.x ?? 0) + (place?.width ?? 0) / 2;
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

  it("says so where there is no such element", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await expect(widget.evaluate(`QrLogin.startScanning("no-such-place")`)).rejects.toThrow("no-such-place");
    for (const nothing of ["null", '""'])
      await expect(widget.evaluate(`QrLogin.startScanning(${nothing})`)).rejects.toThrow("element");
    expect(await widget.page.locator(".box").count()).toBe(0);
  });
});
