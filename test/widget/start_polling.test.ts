import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`pages that show the code themselves, in Chromium${withoutChromium}`, () => {
  it("geneCode, startPolling and exchangeUserInfo sign a user in", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const widget = await openWidgetPage(await newContext(), gateway.url);
    await widget.evaluate(`(async () => {
      globalThis.code = await QrLogin.geneCode({ appId: "shop", customData: { cart: 7 } });
      globalThis.polling = QrLogin.startPolling(code.random, callbacks());
    })()`);
    const text = await widget.evaluate<string>("code.qrContent");
    expect(await widget.evaluate("QrLogin.checkStatus(code.random)")).toMatchObject({ state: "PENDING" });
    await environment.alice.scan(text);
    await widget.waitForCall("onScanned");
    await environment.alice.agree(text);
    const [, ticket] = await widget.waitForCall("onSuccess");
    expect(ticket).toEqual(expect.any(String));
    const result = await widget.evaluate("QrLogin.exchangeUserInfo(code.random)");
    expect(result).toMatchObject({ user: { nickname: "alice-nick" } });
    const expected = ["onStart", "onResult", "onResult", "onScanned", "onResult", "onSuccess"];
    expect(widget.calls.map(([name]) => name)).toEqual(expected);
  });

  it("stopPolling ends the watch, and onExpired reports an expired code", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate(`(async () => {
      const [one, two] = [await QrLogin.geneCode({ appId: "shop" }), await QrLogin.geneCode({ appId: "shop" })];
      globalThis.polling = QrLogin.startPolling(one.random, { onExpired: () => recordCall("stopped one", []) });
      QrLogin.startPolling(two.random, callbacks());
    })()`);
    await widget.waitForCall("onResult");
    await widget.evaluate("QrLogin.stopPolling(polling)");
    await environment.clock.advanceAsync(121_000);
    await widget.waitForCall("onExpired");
    expect(widget.callsOf("stopped one")).toEqual([]);
    expect(await widget.evaluate("countResources()")).toMatchObject({ timers: 0, sources: 0 });
  });
});
