import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { findAxeViolations } from "./axe.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

describe.skipIf(!hasChromium)(`the widget checked by axe, in Chromium${withoutChromium}`, () => {
  it.each(["light", "dark"] as const)(
    "the widget has no axe violations in any state, with the %s theme",
    async (colorScheme) => {
      const environment = await startWidgetEnvironment({ checkCode: { mode: "always" } });
      const { url } = await environment.gateway();
      const widget = await openWidgetPage(await newContext({ colorScheme }), url);
      await widget.evaluate(`document.documentElement.style.background = "${colorScheme === "dark" ? "#000" : "#fff"}";
      document.querySelector("h1").style.color = "${colorScheme === "dark" ? "#fff" : "#000"}"`);
      const violations: Record<string, readonly string[]> = {};
      const expectNoViolations = async (kind: string) => {
        await widget.waitForState(kind);
        violations[kind] = [...(violations[kind] ?? []), ...(await findAxeViolations(widget.page))];
      };
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await widget.page.route(/\/tickets$/, async (route) => held.then(() => route.continue()), { times: 1 });
      await widget.startScanning({ renewals: 0 });
      await expectNoViolations("loading");
      release();
      await expectNoViolations("waiting");
      await widget.waitForCall("onResult");
      await environment.clock.advanceAsync(121_000);
      await expectNoViolations("expired");
      await widget.button.click();
      const declined = await widget.readCode();
      await environment.alice.scan(declined);
      await expectNoViolations("scanned");
      await environment.alice.decline(declined);
      await expectNoViolations("cancelled");
      await widget.button.click();
      const text = await widget.readCode();
      await environment.alice.scan(text);
      const checkCode = await environment.alice.agree(text);
      await expectNoViolations("checkCode");
      const digits = widget.page.getByLabel("6 digits from your phone");
      await digits.fill(checkCode.replace(/^./, (digit) => `${9 - Number(digit)}`));
      await widget.state.getByText("This number is wrong").waitFor();
      await expectNoViolations("checkCode");
      await digits.fill(checkCode);
      await expectNoViolations("succeeded");
      await widget.startScanning({ appId: "no-such-app" });
      await expectNoViolations("failed");
      await widget.startScanning({}, "other");
      await widget.page.route(/\/tickets/, (route) => route.abort());
      await widget.startScanning();
      await widget.state.getByText("No connection").waitFor();
      await expectNoViolations("loading");
      const states = ["loading", "waiting", "expired", "scanned", "cancelled"];
      states.push("checkCode", "succeeded", "failed");
      expect(violations).toEqual(Object.fromEntries(states.map((kind) => [kind, []])));
      expect(widget.callsOf("cspViolation")).toEqual([]);
      expect(widget.callsOf("uncaughtError")).toEqual([]);
    },
  );
});
