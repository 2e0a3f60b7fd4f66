import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

useChromium();

const life = 121_000;

describe.skipIf(!hasChromium)(`codes that nobody looks at, in Chromium${withoutChromium}`, () => {
  it("wait while the tab is hidden, where nothing is asked", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.begin({ interval: 200 });
    await it.heard("onResult");
    await it.run("hide(true)");
    expect(await it.run("running()")).toMatchObject({ sources: 0 });
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await stage.clock.pass(life);
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    expect(it.of("onCodeShow")).toHaveLength(1);
    await it.run("hide(false)");
    await it.heard("onCodeShow", 2);
    await stage.alice.scan(await it.readCode());
    await it.heard("onScanned");
  });

  it("are not made before the tab is looked at", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.run("hide(true)");
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await it.begin();
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    await it.run("hide(false)");
    await stage.alice.scan(await it.readCode());
    await it.heard("onScanned");
    expect(it.of("onCodeShow")).toHaveLength(1);
  });

  it("wait while the tab is hidden, where it polls", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.run("delete globalThis.EventSource");
    await it.page.clock.install();
    await it.begin({ interval: 200 });
    await it.heard("onResult");
    const polls = () => it.page.waitForRequest(/\/status$/);
    const next = polls();
    await it.page.clock.runFor(1_000);
    await (await next).response();
    await it.run("hide(true)");
    const requests: string[] = [];
    it.page.on("request", (request) => requests.push(request.url()));
    await it.page.clock.runFor(20_000);
    expect(requests).toEqual([]);
    const again = polls();
    await it.run("hide(false)");
    await again;
  });

  it("are seen to have been scanned by a laptop that slept, whose stream has died", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.begin();
    await it.heard("onResult");
    const text = await it.readCode();
    await it.run("deafen(true)");
    await stage.alice.scan(text);
    await it.page.clock.fastForward(30_000);
    await it.run("deafen(false)");
    await it.page.clock.runFor(2_000);
    await it.heard("onScanned");
  });

  it("are renewed by a laptop that slept through an expiry, whose stream has died", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.begin();
    await it.heard("onResult");
    const text = await it.readCode();
    await it.run("deafen(true)");
    await stage.clock.pass(30 * 60_000);
    await it.page.clock.fastForward(30 * 60_000);
    await it.run("deafen(false)");
    await it.page.clock.runFor(5_000);
    await it.heard("onCodeShow", 2);
    const next = await it.readCode();
    expect(next).not.toBe(text);
    await stage.alice.scan(next);
    await it.heard("onScanned");
  });

  it("count down, without a screen reader being told every second", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.begin();
    await it.heard("onResult");
    await it.readCode();
    const time = it.box.locator(".time");
    const spoken = "[...document.querySelectorAll('#qrcode div')].map((host) => host.shadowRoot)[0]";
    await it.run(`globalThis.spoken = 0; new MutationObserver(() => spoken++)
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
    expect(await it.run("spoken")).toBe(0);
    expect(await it.box.locator("[aria-live] .time, [role=status] .time, [role=timer]").count()).toBe(0);
  });
});
