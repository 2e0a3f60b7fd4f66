import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const noConnection = "No connection. Trying again…";

const portOf = ({ address }: { address: string }) => Number(address.split(":")[1]);

describe.skipIf(!hasChromium)(`recovery of the widget, in Chromium${withoutChromium}`, () => {
  it("the widget keeps its code through a restart of the gateway", async () => {
    const environment = await startWidgetEnvironment();
    const before = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), before.url);
    await widget.startScanning();
    const text = await widget.readCode();
    await widget.waitForCall("onResult");
    await before.stop();
    await widget.state.getByText(noConnection).waitFor();
    await environment.gateway({ port: portOf(before) });
    await widget.state.getByText("Scan the code with the app").waitFor();
    await environment.alice.scan(text);
    await widget.waitForCall("onScanned");
    await environment.alice.agree(text);
    await widget.waitForCall("onSuccess");
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the widget keeps its code through a loss of the network", async () => {
    const environment = await startWidgetEnvironment();
    const context = await newContext();
    const widget = await openWidgetPage(context, (await environment.gateway()).url);
    await widget.startScanning();
    const text = await widget.readCode();
    await widget.waitForCall("onResult");
    await context.setOffline(true);
    await widget.state.getByText(noConnection).waitFor();
    await environment.alice.scan(text);
    await context.setOffline(false);
    await widget.waitForCall("onScanned");
    expect(await widget.state.innerText()).toContain("Scanned. Confirm the sign-in on your phone");
  });

  it("the widget shows a code as soon as a gateway starts that was unreachable at first", async () => {
    const environment = await startWidgetEnvironment();
    const before = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), before.url);
    await before.stop();
    await widget.startScanning();
    await widget.state.getByText(noConnection).waitFor();
    expect(await widget.waitForCall("onCodeLoadFailed")).toEqual([expect.any(String)]);
    await environment.gateway({ port: portOf(before) });
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the widget reloads the image when the network is back, however long the outage was", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const cut = /\/pictures\/|\/tickets\/(events|status)/;
    await widget.page.route(cut, (route) => route.abort());
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onCodeShow");
    for (let seconds = 0; seconds < 60; seconds++) await widget.page.clock.runFor(1_000);
    expect(await widget.state.innerText()).toBe(noConnection);
    await widget.page.unroute(cut);
    while (widget.callsOf("onCodeLoaded").length === 0) await widget.page.clock.runFor(1_000);
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the widget polls in a browser without EventSource", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate("delete globalThis.EventSource; globalThis.EventSource = undefined");
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await widget.waitForCall("onScanned");
    await environment.alice.agree(text);
    await widget.waitForCall("onSuccess");
    expect(widget.callsOf("onSuccess")).toHaveLength(1);
  });

  it("the widget polls while streams are rejected, and tries them again later", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.route(/\/tickets\/events/, (route) =>
      route.fulfill({ status: 502, body: "Bad Gateway" }),
    );
    await widget.page.clock.install();
    await widget.startScanning({ interval: 200 });
    const text = await widget.readCode();
    while ((await widget.evaluate<number>("countStreams()")) < 3) await widget.page.clock.runFor(1_000);
    await environment.alice.scan(text);
    // Waits for each poll. Otherwise the page's clock outruns a slow machine and reaches the next stream.
    while (widget.callsOf("onScanned").length === 0)
      await Promise.all([widget.page.waitForResponse(/\/tickets\/status/), widget.page.clock.runFor(200)]);
    expect(await widget.evaluate("countStreams()")).toBe(3);
    await widget.page.unroute(/\/tickets\/events/);
    // Runs in small steps, since a stream is closed if its first status takes six seconds.
    while ((await widget.evaluate<number>("countStreams()")) < 4) await widget.page.clock.runFor(500);
    const polled: string[] = [];
    await environment.alice.agree(text);
    widget.page.on("request", (request) => polled.push(request.url()));
    await widget.waitForCall("onSuccess");
    expect(polled.filter((url) => url.endsWith("/status"))).toEqual([]);
  });

  it("the widget polls when its code expires, and no sooner, if the stream has gone silent", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.readCode();
    await widget.waitForCall("onResult");
    const polled: string[] = [];
    widget.page.on("request", (request) => polled.push(request.url()));
    const polls = () => polled.filter((url) => url.endsWith("/status")).length;
    // Simulates a connection dropped by a proxy: it brings nothing and does not end.
    await widget.evaluate("muteStreams(true)");
    for (let seconds = 0; seconds < 100; seconds++) await widget.page.clock.runFor(1_000);
    expect(polls()).toBe(0);
    await environment.clock.advanceAsync(121_000);
    for (let seconds = 0; seconds < 40 && polls() === 0; seconds++) await widget.page.clock.runFor(1_000);
    expect(polls()).toBe(1);
    await widget.evaluate("muteStreams(false)");
    await widget.waitForCall("onCodeShow", 2);
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the widget polls if every stream ends after one status, and does not keep opening streams", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const data = JSON.stringify({ state: "PENDING", revision: 1, remainingMs: 120_000 });
    await widget.page.route(/\/tickets\/events/, (route) =>
      route.fulfill({ contentType: "text/event-stream", body: `event: status\ndata: ${data}\n\n` }),
    );
    await widget.page.clock.install();
    await widget.startScanning();
    const text = await widget.readCode();
    while ((await widget.evaluate<number>("countStreams()")) < 3) await widget.page.clock.runFor(500);
    for (let seconds = 0; seconds < 30; seconds++) await widget.page.clock.runFor(1_000);
    expect(await widget.evaluate("countStreams()")).toBe(3);
    await environment.alice.scan(text);
    while (widget.callsOf("onScanned").length === 0) await widget.page.clock.runFor(1_000);
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the widget polls if a proxy buffers the stream", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    // Never answered, as with a proxy that buffers.
    await widget.page.route(/\/tickets\/events/, () => {});
    await widget.page.clock.install();
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    while (widget.callsOf("onScanned").length === 0) await widget.page.clock.runFor(1_000);
    expect(widget.callsOf("onError")).toEqual([]);
  });
});
