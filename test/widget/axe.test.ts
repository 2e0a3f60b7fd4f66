import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { findAxeViolations } from "./axe.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`the widget before axe, in Chromium${withoutChromium}`, () => {
  it.each(["light", "dark"] as const)(
    "has nothing that axe finds wrong, in any state: %s",
    async (colorScheme) => {
      const stage = await startWidgetEnvironment();
      const { url } = await stage.gateway();
      const it = await openWidgetPage(await newContext({ colorScheme }), url);
      await it.evaluate(`document.documentElement.style.background = "${colorScheme === "dark" ? "#000" : "#fff"}";
      document.querySelector("h1").style.color = "${colorScheme === "dark" ? "#fff" : "#000"}"`);
      const violations: Record<string, readonly string[]> = {};
      const expectNoViolations = async (kind: string) => {
        await it.waitForState(kind);
        violations[kind] = await findAxeViolations(it.page);
      };
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await it.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()), { times: 1 });
      await it.startScanning({ renewals: 0 });
      await expectNoViolations("loading");
      release();
      await expectNoViolations("waiting");
      await it.waitForCall("onResult");
      await stage.clock.advanceAsync(121_000);
      await expectNoViolations("expired");
      await it.button.click();
      const declined = await it.readCode();
      await stage.alice.scan(declined);
      await expectNoViolations("scanned");
      await stage.alice.decline(declined);
      await expectNoViolations("cancelled");
      await it.button.click();
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      await expectNoViolations("succeeded");
      await it.startScanning({ appId: "no-such-app" });
      await expectNoViolations("failed");
      await it.startScanning({}, "other");
      await it.page.route(/\/tickets/, (route) => route.abort());
      await it.startScanning();
      await it.state.getByText("No connection").waitFor();
      await expectNoViolations("loading");
      const states = ["loading", "waiting", "expired", "scanned", "cancelled", "succeeded", "failed"];
      expect(violations).toEqual(Object.fromEntries(states.map((kind) => [kind, []])));
      expect(it.callsOf("cspViolation")).toEqual([]);
      expect(it.callsOf("uncaughtError")).toEqual([]);
    },
  );
});
