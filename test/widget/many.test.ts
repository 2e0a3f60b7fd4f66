import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { ticketIdIn } from "../support/page_stage.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

useChromium();

describe.skipIf(!hasChromium)(`several pages with the widget in Chromium${withoutChromium}`, () => {
  it("keeps three tabs apart", async () => {
    const stage = await setWidgetStage();
    const { url } = await stage.gateway();
    const context = await browser();
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => openWidgetPage(context, url)));
    if (!first || !second || !third) throw new Error("there are not three tabs");
    const tabs = [first, second, third];
    for (const tab of tabs) await tab.begin();
    const texts: string[] = [];
    for (const tab of tabs) {
      // A tab behind is painted no more, so it cannot be photographed.
      await tab.page.bringToFront();
      texts.push(await tab.readCode());
    }
    expect(new Set(texts).size).toBe(3);
    await stage.alice.scan(texts[1] ?? "");
    await second.heard("onScanned");
    await stage.alice.scan(texts[0] ?? "");
    await stage.alice.agree(texts[0] ?? "");
    await first.heard("onSuccess");
    expect([first, second, third].map((tab) => tab.of("onScanned").length)).toEqual([1, 1, 0]);
    expect(second.of("onSuccess")).toEqual([]);
  });

  it("gives nothing to a second browser that knows the ticket id, or has the handle", async () => {
    const stage = await setWidgetStage();
    const { url } = await stage.gateway();
    const victim = await openWidgetPage(await browser(), url);
    await victim.begin();
    const text = await victim.readCode();
    const [handle] = await victim.heard("onCodeShow");
    const thief = await openWidgetPage(await browser(), url);
    // Known to the gateway as a browser, by a code of its own.
    await thief.begin();
    await thief.readCode();
    for (const random of [handle, ticketIdIn(text)]) {
      const words = JSON.stringify(random);
      await thief.run(`void QrLogin.startPolling(${words}, callbacks())`);
      const tried = `QrLogin.checkStatus(${words}).catch(({ reason }) => reason)`;
      expect(await thief.run(tried)).toBe("TICKET_NOT_FOUND");
    }
    await thief.heard("onError", 2);
    expect(thief.of("onError").map(([, reason]) => reason)).toEqual(["TICKET_NOT_FOUND", "TICKET_NOT_FOUND"]);
    await stage.alice.scan(text);
    await victim.heard("onScanned");
    expect(thief.of("onScanned")).toEqual([]);
  });
});
