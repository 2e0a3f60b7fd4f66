import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const ticketLifetimeMs = 121_000;

describe.skipIf(!hasChromium)(`codes in hidden pages and after sleep, in Chromium${withoutChromium}`, () => {
  it("a code in a hidden tab waits without any request, with streams", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.startScanning({ interval: 200 });
    await widget.waitForCall("onResult");
    await widget.evaluate("setHidden(true)");
    expect(await widget.evaluate("countResources()")).toMatchObject({ sources: 0 });
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await environment.clock.advanceAsync(ticketLifetimeMs);
    await widget.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
    await widget.evaluate("setHidden(false)");
    await widget.waitForCall("onCodeShow", 2);
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
  });

  it("no code is requested before the tab is shown", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.evaluate("setHidden(true)");
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await widget.startScanning();
    await widget.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    await widget.evaluate("setHidden(false)");
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
  });

  it("a code in a hidden tab waits without any request, with polling", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate("delete globalThis.EventSource");
    await widget.page.clock.install();
    await widget.startScanning({ interval: 200 });
    await widget.waitForCall("onResult");
    const polls = () => widget.page.waitForRequest(/\/status$/);
    const next = polls();
    await widget.page.clock.runFor(1_000);
    await (await next).response();
    await widget.evaluate("setHidden(true)");
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await widget.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    const again = polls();
    await widget.evaluate("setHidden(false)");
    await again;
  });

  it("a scan is noticed after the laptop slept and its stream has died", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onResult");
    const text = await widget.readCode();
    await widget.evaluate("muteStreams(true)");
    await environment.alice.scan(text);
    await widget.page.clock.fastForward(30_000);
    await widget.evaluate("muteStreams(false)");
    await widget.page.clock.runFor(2_000);
    await widget.waitForCall("onScanned");
  });

  it("a code is renewed after the laptop slept through its expiry and its stream has died", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onResult");
    const text = await widget.readCode();
    await widget.evaluate("muteStreams(true)");
    await environment.clock.advanceAsync(30 * 60_000);
    await widget.page.clock.fastForward(30 * 60_000);
    await widget.evaluate("muteStreams(false)");
    await widget.page.clock.runFor(5_000);
    await widget.waitForCall("onCodeShow", 2);
    const next = await widget.readCode();
    expect(next).not.toBe(text);
    await environment.alice.scan(next);
    await widget.waitForCall("onScanned");
  });

  it("the countdown runs without announcements to screen readers", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onResult");
    await widget.readCode();
    const time = widget.box.locator(".countdown");
    const spoken = "[...document.querySelectorAll('#qrcode div')].map((host) => host.shadowRoot)[0]";
    await widget.evaluate(`globalThis.spoken = 0; new MutationObserver(() => spoken++)
      .observe(${spoken}.querySelector("[role=status]"), { childList: true, characterData: true, subtree: true })`);
    const left = async () => {
      const [, minutes, seconds] = /^Valid for (\d):(\d\d)$/.exec(await time.innerText()) ?? [];
      return Number(minutes) * 60 + Number(seconds);
    };
    // The page's clock also advances by itself.
    const before = await left();
    await widget.page.clock.runFor(60_000);
    const after = await left();
    expect(before).toBeLessThanOrEqual(120);
    expect(after).toBeLessThanOrEqual(before - 60);
    expect(after).toBeGreaterThan(0);
    expect(await widget.evaluate("spoken")).toBe(0);
    expect(
      await widget.box.locator("[aria-live] .time-left, [role=status] .time-left, [role=timer]").count(),
    ).toBe(0);
  });
});
