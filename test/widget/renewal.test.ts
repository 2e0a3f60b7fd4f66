import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const ticketLifetimeMs = 121_000;

describe.skipIf(!hasChromium)(`renewal of codes, in Chromium${withoutChromium}`, () => {
  it("expired codes are renewed as often as `renewals` allows, then on request", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning({ renewals: 2 });
    const seen = new Set<string>();
    for (let codes = 1; codes <= 3; codes++) {
      await widget.waitForCall("onCodeLoaded", codes);
      seen.add(await widget.readCode());
      // The expiry of a code is a status too.
      await widget.waitForCall("onResult", 2 * codes - 1);
      expect(widget.callsOf("onExpired")).toEqual([]);
      await environment.clock.advanceAsync(ticketLifetimeMs);
      await widget.waitForCall("onCodeDestroyed", codes);
    }
    await widget.waitForCall("onExpired");
    expect(seen.size).toBe(3);
    expect(await widget.state.innerText()).toBe("The code has expired");
    await widget.button.click();
    const text = await widget.readCode();
    // After the request, codes are renewed automatically again.
    await widget.waitForCall("onResult", 7);
    await environment.clock.advanceAsync(ticketLifetimeMs);
    await widget.waitForCall("onCodeShow", 5);
    expect(await widget.readCode()).not.toBe(text);
    expect([
      widget.callsOf("onExpired").length,
      widget.callsOf("onRetry").length,
      widget.callsOf("onError").length,
    ]).toEqual([1, 1, 0]);
  });

  it("a code is renewed after a scan without a decision", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    await environment.alice.scan(await widget.readCode());
    await widget.waitForState("scanned");
    await environment.clock.advanceAsync(ticketLifetimeMs);
    await widget.waitForCall("onCodeShow", 2);
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned", 2);
  });

  it("a withdrawn code is renewed without a call of onCancel", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    await widget.waitForCall("onResult");
    await widget.evaluate(`fetch("/qrlogin/v1/tickets/withdraw", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ handle: ${JSON.stringify((await widget.waitForCall("onCodeShow"))[0])} }) }).then(() => 0)`);
    await widget.waitForCall("onCodeShow", 2);
    expect(widget.callsOf("onCancel")).toEqual([]);
  });

  it("codes that the service no longer has are renewed, but not more often than `renewals` allows", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const problem = { status: 404, contentType: "application/problem+json" };
    const body = JSON.stringify({ reason: "TICKET_NOT_FOUND", detail: "there is no such ticket" });
    await widget.page.route(/\/tickets\/(events|status)/, (route) => route.fulfill({ ...problem, body }));
    await widget.startScanning({ renewals: 1 });
    expect(await widget.waitForCall("onError")).toEqual(["there is no such ticket", "TICKET_NOT_FOUND"]);
    expect(widget.callsOf("onCodeShow")).toHaveLength(2);
    await widget.page.unroute(/\/tickets\/(events|status)/);
    await widget.button.click();
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
  });
});
