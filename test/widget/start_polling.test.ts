import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`a page that draws the code itself, in Chromium${withoutChromium}`, () => {
  it("asks for a code, follows it, and exchanges", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const it = await openWidgetPage(await newContext(), gateway.url);
    await it.evaluate(`(async () => {
      globalThis.code = await QrLogin.geneCode({ appId: "shop", customData: { cart: 7 } });
      globalThis.polling = QrLogin.startPolling(code.random, callbacks());
    })()`);
    const text = await it.evaluate<string>("code.qrContent");
    expect(await it.evaluate("QrLogin.checkStatus(code.random)")).toMatchObject({ state: "PENDING" });
    await stage.alice.scan(text);
    await it.waitForCall("onScanned");
    await stage.alice.agree(text);
    const [, ticket] = await it.waitForCall("onSuccess");
    expect(ticket).toEqual(expect.any(String));
    const told = await it.evaluate("QrLogin.exchangeUserInfo(code.random)");
    expect(told).toMatchObject({ user: { nickname: "alice-nick" } });
    const expected = ["onStart", "onResult", "onResult", "onScanned", "onResult", "onSuccess"];
    expect(it.calls.map(([name]) => name)).toEqual(expected);
  });

  it("stops, and is told that its code has run out", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate(`(async () => {
      const [one, two] = [await QrLogin.geneCode({ appId: "shop" }), await QrLogin.geneCode({ appId: "shop" })];
      globalThis.polling = QrLogin.startPolling(one.random, { onExpired: () => recordCall("stopped one", []) });
      QrLogin.startPolling(two.random, callbacks());
    })()`);
    await it.waitForCall("onResult");
    await it.evaluate("QrLogin.stopPolling(polling)");
    await stage.clock.advanceAsync(121_000);
    await it.waitForCall("onExpired");
    expect(it.callsOf("stopped one")).toEqual([]);
    expect(await it.evaluate("countResources()")).toMatchObject({ timers: 0, sources: 0 });
  });
});
