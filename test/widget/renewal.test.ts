import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const ticketLifetimeMs = 121_000;

describe.skipIf(!hasChromium)(`codes that run out, in Chromium${withoutChromium}`, () => {
  it("are renewed as often as was asked for, and then by the person", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning({ renewals: 2 });
    const seen = new Set<string>();
    for (let codes = 1; codes <= 3; codes++) {
      await it.waitForCall("onCodeLoaded", codes);
      seen.add(await it.readCode());
      // The end of a code is a status too.
      await it.waitForCall("onResult", 2 * codes - 1);
      expect(it.callsOf("onExpired")).toEqual([]);
      await stage.clock.advanceAsync(ticketLifetimeMs);
      await it.waitForCall("onCodeDestroyed", codes);
    }
    await it.waitForCall("onExpired");
    expect(seen.size).toBe(3);
    expect(await it.state.innerText()).toBe("The code has expired");
    await it.button.click();
    const text = await it.readCode();
    // The person has asked: it is renewed by itself again.
    await it.waitForCall("onResult", 7);
    await stage.clock.advanceAsync(ticketLifetimeMs);
    await it.waitForCall("onCodeShow", 5);
    expect(await it.readCode()).not.toBe(text);
    expect([
      it.callsOf("onExpired").length,
      it.callsOf("onRetry").length,
      it.callsOf("onError").length,
    ]).toEqual([1, 1, 0]);
  });

  it("are renewed after a scan that nothing came of", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    await stage.alice.scan(await it.readCode());
    await it.waitForState("scanned");
    await stage.clock.advanceAsync(ticketLifetimeMs);
    await it.waitForCall("onCodeShow", 2);
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned", 2);
  });

  it("are renewed where they were withdrawn, which nobody has declined", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    await it.waitForCall("onResult");
    await it.evaluate(`fetch("/qrlogin/v1/tickets/withdraw", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ handle: ${JSON.stringify((await it.waitForCall("onCodeShow"))[0])} }) }).then(() => 0)`);
    await it.waitForCall("onCodeShow", 2);
    expect(it.callsOf("onCancel")).toEqual([]);
  });

  it("are renewed where the service has forgotten them, and no more often than that", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const problem = { status: 404, contentType: "application/problem+json" };
    const body = JSON.stringify({ reason: "TICKET_NOT_FOUND", detail: "there is no such ticket" });
    await it.page.route(/\/tickets\/(events|status)/, (route) => route.fulfill({ ...problem, body }));
    await it.startScanning({ renewals: 1 });
    expect(await it.waitForCall("onError")).toEqual(["there is no such ticket", "TICKET_NOT_FOUND"]);
    expect(it.callsOf("onCodeShow")).toHaveLength(2);
    await it.page.unroute(/\/tickets\/(events|status)/);
    await it.button.click();
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
  });
});
