import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { ticketIdIn } from "../support/browser/page_environment.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`several pages with the widget, in Chromium${withoutChromium}`, () => {
  it("three tabs of one browser show different codes and sign in independently", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const context = await newContext();
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => openWidgetPage(context, url)));
    if (!first || !second || !third) throw new Error("three tabs expected");
    const tabs = [first, second, third];
    for (const tab of tabs) await tab.startScanning();
    const texts: string[] = [];
    for (const tab of tabs) {
      // A tab in the background is not painted, so it cannot be captured.
      await tab.page.bringToFront();
      texts.push(await tab.readCode());
    }
    expect(new Set(texts).size).toBe(3);
    await environment.alice.scan(texts[1] ?? "");
    await second.waitForCall("onScanned");
    await environment.alice.scan(texts[0] ?? "");
    await environment.alice.agree(texts[0] ?? "");
    await first.waitForCall("onSuccess");
    expect([first, second, third].map((tab) => tab.callsOf("onScanned").length)).toEqual([1, 1, 0]);
    expect(second.callsOf("onSuccess")).toEqual([]);
  });

  it("a second browser gets no status with the ticket id, nor with the handle", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const victim = await openWidgetPage(await newContext(), url);
    await victim.startScanning();
    const text = await victim.readCode();
    const [handle] = await victim.waitForCall("onCodeShow");
    const thief = await openWidgetPage(await newContext(), url);
    // Its own code makes this browser known to the gateway.
    await thief.startScanning();
    await thief.readCode();
    for (const random of [handle, ticketIdIn(text)]) {
      const argument = JSON.stringify(random);
      await thief.evaluate(`void QrLogin.startPolling(${argument}, callbacks())`);
      const tried = `QrLogin.checkStatus(${argument}).catch(({ reason }) => reason)`;
      expect(await thief.evaluate(tried)).toBe("TICKET_NOT_FOUND");
    }
    await thief.waitForCall("onError", 2);
    expect(thief.callsOf("onError").map(([, reason]) => reason)).toEqual([
      "TICKET_NOT_FOUND",
      "TICKET_NOT_FOUND",
    ]);
    await environment.alice.scan(text);
    await victim.waitForCall("onScanned");
    expect(thief.callsOf("onScanned")).toEqual([]);
  });
});
