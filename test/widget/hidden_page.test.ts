import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const ticketLifetimeMs = 121_000;

describe.skipIf(!hasChromium)(`codes that nobody looks at, in Chromium${withoutChromium}`, () => {
  it("wait while the tab is hidden, where nothing is asked", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.startScanning({ interval: 200 });
    await it.waitForCall("onResult");
    await it.evaluate("setHidden(true)");
    expect(await it.evaluate("countResources()")).toMatchObject({ sources: 0 });
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await stage.clock.advanceAsync(ticketLifetimeMs);
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    expect(it.callsOf("onCodeShow")).toHaveLength(1);
    await it.evaluate("setHidden(false)");
    await it.waitForCall("onCodeShow", 2);
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
  });

  it("are not made before the tab is looked at", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.evaluate("setHidden(true)");
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await it.startScanning();
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    await it.evaluate("setHidden(false)");
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
    expect(it.callsOf("onCodeShow")).toHaveLength(1);
  });

  it("wait while the tab is hidden, where it polls", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate("delete globalThis.EventSource");
    await it.page.clock.install();
    await it.startScanning({ interval: 200 });
    await it.waitForCall("onResult");
    const polls = () => it.page.waitForRequest(/\/status$/);
    const next = polls();
    await it.page.clock.runFor(1_000);
    await (await next).response();
    await it.evaluate("setHidden(true)");
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    const again = polls();
    await it.evaluate("setHidden(false)");
    await again;
  });

  it("are seen to have been scanned by a laptop that slept, whose stream has died", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.startScanning();
    await it.waitForCall("onResult");
    const text = await it.readCode();
    await it.evaluate("muteStreams(true)");
    await stage.alice.scan(text);
    await it.page.clock.fastForward(30_000);
    await it.evaluate("muteStreams(false)");
    await it.page.clock.runFor(2_000);
    await it.waitForCall("onScanned");
  });

  it("are renewed by a laptop that slept through an expiry, whose stream has died", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.startScanning();
    await it.waitForCall("onResult");
    const text = await it.readCode();
    await it.evaluate("muteStreams(true)");
    await stage.clock.advanceAsync(30 * 60_000);
    await it.page.clock.fastForward(30 * 60_000);
    await it.evaluate("muteStreams(false)");
    await it.page.clock.runFor(5_000);
    await it.waitForCall("onCodeShow", 2);
    const next = await it.readCode();
    expect(next).not.toBe(text);
    await stage.alice.scan(next);
    await it.waitForCall("onScanned");
  });

  it("count down, without a screen reader being told every second", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.startScanning();
    await it.waitForCall("onResult");
    await it.readCode();
    const time = it.box.locator(".time-left");
    const spoken = "[...document.querySelectorAll('#qrcode div')].map((host) => host.shadowRoot)[0]";
    await it.evaluate(`globalThis.spoken = 0; new MutationObserver(() => spoken++)
      .observe(${spoken}.querySelector("[role=status]"), { childList: true, characterData: true, subtree: true })`);
    const left = async () => {
      const [, minutes, seconds] = /^Valid for (\d):(\d\d)$/.exec(await time.innerText()) ?? [];
      return Number(minutes) * 60 + Number(seconds);
    };
    // Time goes by in the page by itself as well.
    const before = await left();
    await it.page.clock.runFor(60_000);
    const after = await left();
    expect(before).toBeLessThanOrEqual(120);
    expect(after).toBeLessThanOrEqual(before - 60);
    expect(after).toBeGreaterThan(0);
    expect(await it.evaluate("spoken")).toBe(0);
    expect(await it.box.locator("[aria-live] .time-left, [role=status] .time-left, [role=timer]").count()).toBe(0);
  });
});
