import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

useChromium();

describe.skipIf(!hasChromium)(`a page that draws the code itself, in Chromium${withoutChromium}`, () => {
  it("asks for a code, follows it, and exchanges", async () => {
    const stage = await setWidgetStage();
    const gateway = await stage.gateway({ switches: { shop: { exchangeFromBrowser: true } } });
    const it = await openWidgetPage(await browser(), gateway.url);
    await it.run(`(async () => {
      globalThis.code = await QrLogin.geneCode({ appId: "shop", customData: { cart: 7 } });
      globalThis.polling = QrLogin.startPolling(code.random, callbacks());
    })()`);
    const text = await it.run<string>("code.qrContent");
    expect(await it.run("QrLogin.checkStatus(code.random)")).toMatchObject({ state: "PENDING" });
    await stage.alice.scan(text);
    await it.heard("onScanned");
    await stage.alice.agree(text);
    const [, ticket] = await it.heard("onSuccess");
    expect(ticket).toEqual(expect.any(String));
    const told = await it.run("QrLogin.exchangeUserInfo(code.random)");
    expect(told).toMatchObject({ user: { nickname: "alice-nick" } });
    const expected = ["onStart", "onResult", "onResult", "onScanned", "onResult", "onSuccess"];
    expect(it.told.map(([name]) => name)).toEqual(expected);
  });

  it("stops, and is told that its code has run out", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.run(`(async () => {
      const [one, two] = [await QrLogin.geneCode({ appId: "shop" }), await QrLogin.geneCode({ appId: "shop" })];
      globalThis.polling = QrLogin.startPolling(one.random, { onExpired: () => tell("stopped one", []) });
      QrLogin.startPolling(two.random, callbacks());
    })()`);
    await it.heard("onResult");
    await it.run("QrLogin.stopPolling(polling)");
    await stage.clock.pass(121_000);
    await it.heard("onExpired");
    expect(it.of("stopped one")).toEqual([]);
    expect(await it.run("running()")).toMatchObject({ timers: 0, sources: 0 });
  });
});
