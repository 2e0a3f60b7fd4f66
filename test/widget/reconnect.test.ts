import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const noConnection = "No connection. Trying again…";

const portOf = ({ address }: { address: string }) => Number(address.split(":")[1]);

describe.skipIf(!hasChromium)(`the widget in trouble, in Chromium${withoutChromium}`, () => {
  it("goes on with the same code after a restart of the gateway", async () => {
    const stage = await startWidgetEnvironment();
    const before = await stage.gateway();
    const it = await openWidgetPage(await newContext(), before.url);
    await it.startScanning();
    const text = await it.readCode();
    await it.waitForCall("onResult");
    await before.stop();
    await it.state.getByText(noConnection).waitFor();
    await stage.gateway({ port: portOf(before) });
    await it.state.getByText("Scan the code with the app").waitFor();
    await stage.alice.scan(text);
    await it.waitForCall("onScanned");
    await stage.alice.agree(text);
    await it.waitForCall("onSuccess");
    expect(it.callsOf("onCodeShow")).toHaveLength(1);
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("goes on when the network is back", async () => {
    const stage = await startWidgetEnvironment();
    const context = await newContext();
    const it = await openWidgetPage(context, (await stage.gateway()).url);
    await it.startScanning();
    const text = await it.readCode();
    await it.waitForCall("onResult");
    await context.setOffline(true);
    await it.state.getByText(noConnection).waitFor();
    await stage.alice.scan(text);
    await context.setOffline(false);
    await it.waitForCall("onScanned");
    expect(await it.state.innerText()).toContain("Scanned. Confirm the sign-in on your phone");
  });

  it("shows a code as soon as a gateway is there that was away at the start", async () => {
    const stage = await startWidgetEnvironment();
    const before = await stage.gateway();
    const it = await openWidgetPage(await newContext(), before.url);
    await before.stop();
    await it.startScanning();
    await it.state.getByText(noConnection).waitFor();
    expect(await it.waitForCall("onCodeLoadFailed")).toEqual([expect.any(String)]);
    await stage.gateway({ port: portOf(before) });
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("asks for the picture again when the network is back, however long that takes", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const cut = /\/pictures\/|\/tickets\/(events|status)/;
    await it.page.route(cut, (route) => route.abort());
    await it.page.clock.install();
    await it.startScanning();
    await it.waitForCall("onCodeShow");
    for (let seconds = 0; seconds < 60; seconds++) await it.page.clock.runFor(1_000);
    expect(await it.state.innerText()).toBe(noConnection);
    await it.page.unroute(cut);
    while (it.callsOf("onCodeLoaded").length === 0) await it.page.clock.runFor(1_000);
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
    expect(it.callsOf("onCodeShow")).toHaveLength(1);
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("polls where there is no EventSource", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.evaluate("delete globalThis.EventSource; globalThis.EventSource = undefined");
    await it.startScanning();
    const text = await it.readCode();
    await stage.alice.scan(text);
    await it.waitForCall("onScanned");
    await stage.alice.agree(text);
    await it.waitForCall("onSuccess");
    expect(it.callsOf("onSuccess")).toHaveLength(1);
  });

  it("polls where streams are refused, and comes back to them in a while", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.route(/\/tickets\/events/, (route) => route.fulfill({ status: 502, body: "Bad Gateway" }));
    await it.page.clock.install();
    await it.startScanning({ interval: 200 });
    const text = await it.readCode();
    while ((await it.evaluate<number>("countStreams()")) < 3) await it.page.clock.runFor(1_000);
    await stage.alice.scan(text);
    while (it.callsOf("onScanned").length === 0) await it.page.clock.runFor(200);
    expect(await it.evaluate("countStreams()")).toBe(3);
    await it.page.unroute(/\/tickets\/events/);
    // In small steps: the stream is given up where its first status takes six seconds.
    while ((await it.evaluate<number>("countStreams()")) < 4) await it.page.clock.runFor(500);
    const polled: string[] = [];
    await stage.alice.agree(text);
    it.page.on("request", (request) => polled.push(request.url()));
    await it.waitForCall("onSuccess");
    expect(polled.filter((url) => url.endsWith("/status"))).toEqual([]);
  });

  it("asks once the time of its code is over, and no sooner, where the stream has gone silent", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.page.clock.install();
    await it.startScanning();
    await it.readCode();
    await it.waitForCall("onResult");
    const polled: string[] = [];
    it.page.on("request", (request) => polled.push(request.url()));
    const polls = () => polled.filter((url) => url.endsWith("/status")).length;
    // As a connection is that something on the way has dropped: it brings nothing, and does not end.
    await it.evaluate("muteStreams(true)");
    for (let seconds = 0; seconds < 100; seconds++) await it.page.clock.runFor(1_000);
    expect(polls()).toBe(0);
    await stage.clock.advanceAsync(121_000);
    for (let seconds = 0; seconds < 40 && polls() === 0; seconds++) await it.page.clock.runFor(1_000);
    expect(polls()).toBe(1);
    await it.evaluate("muteStreams(false)");
    await it.waitForCall("onCodeShow", 2);
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("polls where each stream ends after one status, and does not open one after the other", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const data = JSON.stringify({ state: "PENDING", revision: 1, remainingMs: 120_000 });
    await it.page.route(/\/tickets\/events/, (route) =>
      route.fulfill({ contentType: "text/event-stream", body: `event: status\ndata: ${data}\n\n` }),
    );
    await it.page.clock.install();
    await it.startScanning();
    const text = await it.readCode();
    while ((await it.evaluate<number>("countStreams()")) < 3) await it.page.clock.runFor(500);
    for (let seconds = 0; seconds < 30; seconds++) await it.page.clock.runFor(1_000);
    expect(await it.evaluate("countStreams()")).toBe(3);
    await stage.alice.scan(text);
    while (it.callsOf("onScanned").length === 0) await it.page.clock.runFor(1_000);
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("polls where a proxy holds the stream back", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    // Never answered: what a proxy that buffers looks like.
    await it.page.route(/\/tickets\/events/, () => {});
    await it.page.clock.install();
    await it.startScanning();
    const text = await it.readCode();
    await stage.alice.scan(text);
    while (it.callsOf("onScanned").length === 0) await it.page.clock.runFor(1_000);
    expect(it.callsOf("onError")).toEqual([]);
  });
});
