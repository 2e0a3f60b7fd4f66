import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

/** Counts the requests of the page from now on, in its global `fetches`. */
const countFetches = `{
  const send = globalThis.fetch;
  globalThis.fetches = 0;
  globalThis.fetch = (...args) => {
    globalThis.fetches++;
    return send(...args);
  };
}`;

describe.skipIf(!hasChromium)(`errors that the widget meets, in Chromium${withoutChromium}`, () => {
  it("retries an image that fails to load, and gives up after four attempts", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    let failures = 2;
    await widget.page.route("**/pictures/**", (route) => (failures-- > 0 ? route.abort() : route.continue()));
    await widget.page.clock.install();
    await widget.startScanning();
    while (widget.callsOf("onCodeLoaded").length === 0) await widget.page.clock.runFor(1_000);
    const missing = widget
      .callsOf("onCodeLoadFailed")
      .filter(([message]) => String(message).includes("image"));
    expect(missing).toHaveLength(2);
    await widget.readCode();
    failures = Number.POSITIVE_INFINITY;
    await widget.evaluate("scanning.restart()");
    while (widget.callsOf("onError").length === 0) await widget.page.clock.runFor(1_000);
    expect(widget.callsOf("onError")).toEqual([[expect.any(String), "IMAGE_FAILED"]]);
    await widget.waitForState("failed");
    failures = 0;
    await widget.button.click();
    await widget.readCode();
  });

  it("shows an icon in place of a photo that fails to load", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), url);
    await widget.startScanning();
    const bob = await environment.phone("bob", { picture: `${url}/no-such-photo.png` });
    await bob.scan(await widget.readCode());
    await widget.waitForState("scanned");
    await widget.box.locator(".overlay div.badge svg").waitFor();
    expect(await widget.box.locator(".overlay img").count()).toBe(0);
  });

  it("reports an unknown app, and an address without a gateway", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning({ appId: "no-such-app" });
    expect(await widget.waitForCall("onError")).toEqual([expect.any(String), "APP_UNKNOWN"]);
    await widget.waitForState("failed");
    await widget.page.route("**/elsewhere/**", (route) =>
      route.fulfill({ status: 404, body: "<h1>Not found</h1>" }),
    );
    await widget.startScanning({ gateway: "/elsewhere/" });
    expect(await widget.waitForCall("onError", 2)).toEqual([expect.any(String), "NO_GATEWAY"]);
  });

  it("reports ORIGIN_NOT_ALLOWED to an unlisted page, although the browser hides the response", async () => {
    const environment = await startWidgetEnvironment();
    const elsewhere = await environment.gateway();
    // The page's content security policy would block calls to another origin.
    const widget = await openWidgetPage(await newContext({ bypassCSP: true }), elsewhere.url);
    const gateway = await environment.gateway();
    const { url } = gateway;
    await widget.startScanning({ gateway: url });
    const [message, reason] = await widget.waitForCall("onError");
    expect(reason).toBe("ORIGIN_NOT_ALLOWED");
    expect(message).toContain(`pages of ${elsewhere.url} may not call`);
    await widget.waitForState("failed");
    expect(widget.callsOf("onCodeShow")).toEqual([]);
    expect(await widget.page.context().cookies(url)).toEqual([]);
    expect(environment.server.lines.filter(({ method }) => method === "CreateTicket")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ reason: "ORIGIN_NOT_ALLOWED", origin: elsewhere.url, ownOrigin: url }),
    );
  });

  it("reports ORIGIN_NOT_ALLOWED to startPolling, and keeps retrying while the network is down", async () => {
    const environment = await startWidgetEnvironment();
    const elsewhere = await environment.gateway();
    const widget = await openWidgetPage(await newContext({ bypassCSP: true }), elsewhere.url);
    const { url } = await environment.gateway();
    await widget.evaluate(
      `void QrLogin.startPolling("a-handle", { ...callbacks(), gateway: ${JSON.stringify(url)} })`,
    );
    expect(await widget.waitForCall("onError")).toEqual([expect.any(String), "ORIGIN_NOT_ALLOWED"]);
    await widget.page.route(`${url}/**`, (route) => route.abort());
    await widget.startScanning({ gateway: url });
    await widget.state.getByText("No connection. Trying again…").waitFor();
    expect(widget.callsOf("onError")).toHaveLength(1);
  });

  it("reports HTTPS_REQUIRED to a page over plain http, where the browser would drop the cookie", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway();
    // Only the browser resolves this name to the local machine.
    const named = `http://intranet.example:${new URL(gateway.url).port}`;
    const widget = await openWidgetPage(await newContext(), named);
    await widget.startScanning();
    const [message, reason] = await widget.waitForCall("onError");
    expect(reason).toBe("HTTPS_REQUIRED");
    expect(message).toMatch(/cookie __Host-qrlogin-browser-… of http:\/\/intranet\.example:\d+, .* https/);
    expect(widget.callsOf("onCodeShow")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        ...{ reason: "HTTPS_REQUIRED", ownOrigin: named },
        cause: expect.stringContaining("__Host-qrlogin-browser-"),
      }),
    );
  });

  it("reports COOKIE_MISSING when the browser keeps no cookies", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    // Simulates a browser that blocks cookies: the response arrives without its cookie.
    await widget.page.route(/\/tickets$/, async (route) => {
      const response = await route.fetch();
      const { "set-cookie": _, ...headers } = response.headers();
      await widget.page.context().clearCookies();
      await route.fulfill({ response, headers });
    });
    await widget.startScanning();
    expect(await widget.waitForCall("onError")).toEqual([
      expect.stringContaining("sent no cookie"),
      "COOKIE_MISSING",
    ]);
    await widget.waitForState("failed");
  });

  it("ends when the gateway permanently rejects the watch of a code", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const body = JSON.stringify({ reason: "ORIGIN_NOT_ALLOWED", detail: "not from here" });
    await widget.page.route(/\/tickets\/(events|status)/, (route) => route.fulfill({ status: 403, body }));
    await widget.startScanning();
    expect(await widget.waitForCall("onError")).toEqual(["not from here", "ORIGIN_NOT_ALLOWED"]);
    await widget.waitForState("failed");
    expect(await widget.state.innerText()).toContain("not set up correctly");
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
    await widget.page.unroute(/\/tickets\/(events|status)/);
    await widget.button.click();
    await environment.alice.scan(await widget.readCode());
    await widget.waitForCall("onScanned");
  });

  it("waits for retryAfterMs before it requests a code again", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const body = JSON.stringify({ reason: "RATE_LIMITED", detail: "too fast", retryAfterMs: 30_000 });
    await widget.page.route(/\/tickets$/, (route) => route.fulfill({ status: 429, body }), { times: 1 });
    await widget.page.clock.install();
    await widget.evaluate(countFetches);
    await widget.startScanning();
    await widget.waitForCall("onCodeLoadFailed");
    // The page's clock also advances by itself.
    await widget.page.clock.runFor(20_000);
    // Counts requests and not shown codes, since a response takes time.
    expect(await widget.evaluate("fetches")).toBe(1);
    await widget.page.clock.runFor(11_000);
    await widget.waitForCall("onCodeShow");
  });

  it("waits for retryAfterMs before it requests the status again", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "unreachable", retryAfterMs: 30_000 });
    await widget.page.route(/\/tickets\/status$/, (route) => route.fulfill({ status: 503, body }), {
      times: 1,
    });
    await widget.evaluate("globalThis.EventSource = undefined");
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onCodeShow");
    await widget.evaluate(countFetches);
    await widget.state.getByText("No connection. Trying again…").waitFor();
    const before = await widget.evaluate<number>("fetches");
    await widget.page.clock.runFor(20_000);
    expect(await widget.evaluate("fetches")).toBe(before);
    await widget.page.clock.runFor(11_000);
    await widget.state.getByText("Scan the code with the app").waitFor();
  });

  it("waits for retryAfterMs before it requests the user again", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const widget = await openWidgetPage(await newContext(), gateway.url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "unreachable", retryAfterMs: 30_000 });
    const rejected = widget.page.waitForResponse(/\/tickets\/exchange$/);
    await widget.page.route(/\/tickets\/exchange$/, (route) => route.fulfill({ status: 503, body }), {
      times: 1,
    });
    await widget.page.clock.install();
    await widget.startScanning({ autoExchangeUserInfo: true });
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    await rejected;
    await widget.evaluate(countFetches);
    await widget.page.clock.runFor(20_000);
    expect(await widget.evaluate("fetches")).toBe(0);
    await widget.page.clock.runFor(11_000);
    await widget.waitForCall("onSuccess");
  });
});
