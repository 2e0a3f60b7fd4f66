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
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const before = await it.evaluate<PageResources>("countResources()");
    await it.startScanning();
    await it.readCode();
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.evaluate(`document.getElementById("qrcode").remove()`);
    await withdrawn;
    expect(await resourcesSince(it, before)).toEqual(noResources);
  });

  it("stops by itself too where its place was there for no time at all", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const before = await it.evaluate<PageResources>("countResources()");
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.evaluate(`
      QrLogin.startScanning("qrcode", { appId: "shop", ...callbacks() });
      document.getElementById("qrcode").remove();
    `);
    await withdrawn;
    expect(await resourcesSince(it, before)).toEqual(noResources);
  });

  it("leaves nothing running after a sign-in but what draws it", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const before = await it.evaluate<PageResources>("countResources()");
    await it.startScanning();
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    await it.waitForCall("onSuccess");
    // Whether the place is still there, and which theme the system has.
    expect(await resourcesSince(it, before)).toEqual({ timers: 1, listeners: 1, sources: 0 });
    await it.evaluate("scanning.stop(); scanning.stop(); scanning.restart()");
    expect(await resourcesSince(it, before)).toEqual(noResources);
  });

  it("takes the place of what the same element showed before, and minds no other", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    await it.readCode();
    await it.startScanning();
    await it.startScanning({}, "other");
    const one = await it.readCode();
    const other = await it.readCode("other");
    expect(await it.page.locator(".box").count()).toBe(2);
    await stage.alice.scan(other);
    await it.waitForState("scanned", "other");
    await it.waitForState("waiting");
    await stage.alice.scan(one);
    await it.waitForState("scanned");
  });

  it("is a dialogue without an element, which Escape closes and thereby stops", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const before = await it.evaluate<PageResources>("countResources()");
    await it.page.locator("#before").focus();
    for (const close of ["Escape", "the button"]) {
      await it.evaluate(`void QrLogin.startScanning(undefined, { appId: "shop", ...callbacks() })`);
      const dialog = it.page.getByRole("dialog", { name: "Sign in with your phone" });
      await dialog.locator(".box[data-kind=waiting]").waitFor();
      const place = await dialog.boundingBox();
      const middle = (place?.x ?? 0) + (place?.width ?? 0) / 2;
      expect(middle).toBeCloseTo((it.page.viewportSize()?.width ?? 0) / 2, 0);
      const withdrawn = it.page.waitForResponse(/\/withdraw$/);
      if (close === "Escape") await it.page.keyboard.press("Escape");
      else await it.page.getByRole("button", { name: "Close" }).click();
      await withdrawn;
      expect(await dialog.count()).toBe(0);
      expect(await it.evaluate("document.activeElement.id")).toBe("before");
    }
    expect(await resourcesSince(it, before)).toEqual(noResources);
    expect(it.callsOf("cspViolation")).toEqual([]);
  });

  it("says so where there is no such element", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await expect(it.evaluate(`QrLogin.startScanning("no-such-place")`)).rejects.toThrow("no-such-place");
    for (const nothing of ["null", '""'])
      await expect(it.evaluate(`QrLogin.startScanning(${nothing})`)).rejects.toThrow("element");
    expect(await it.page.locator(".box").count()).toBe(0);
  });
});
