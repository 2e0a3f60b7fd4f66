import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { faultsOf } from "./axe.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

useChromium();

describe.skipIf(!hasChromium)(`the widget before axe, in Chromium${withoutChromium}`, () => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe finds wrong, in any state: %s",
    async (colorScheme) => {
      const stage = await setWidgetStage();
      const { url } = await stage.gateway();
      const it = await openWidgetPage(await browser({ colorScheme }), url);
      await it.run(`document.documentElement.style.background = "${colorScheme === "dark" ? "#000" : "#fff"}";
      document.querySelector("h1").style.color = "${colorScheme === "dark" ? "#fff" : "#000"}"`);
      const faults: Record<string, readonly string[]> = {};
      const look = async (kind: string) => {
        await it.kind(kind);
        faults[kind] = await faultsOf(it.page);
      };
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await it.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()), { times: 1 });
      await it.begin({ renewals: 0 });
      await look("loading");
      letGo();
      await look("waiting");
      await it.heard("onResult");
      await stage.clock.pass(121_000);
      await look("expired");
      await it.button.click();
      const declined = await it.readCode();
      await stage.alice.scan(declined);
      await look("scanned");
      await stage.alice.decline(declined);
      await look("cancelled");
      await it.button.click();
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      await look("succeeded");
      await it.begin({ appId: "no-such-app" });
      await look("failed");
      await it.begin({}, "other");
      await it.page.route(/\/tickets/, (route) => route.abort());
      await it.begin();
      await it.state.getByText("No connection").waitFor();
      await look("loading");
      const states = ["loading", "waiting", "expired", "scanned", "cancelled", "succeeded", "failed"];
      expect(faults).toEqual(Object.fromEntries(states.map((kind) => [kind, []])));
      expect(it.of("violation")).toEqual([]);
      expect(it.of("thrown")).toEqual([]);
    },
  );
});
