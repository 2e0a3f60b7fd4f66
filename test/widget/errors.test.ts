import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

/** Counts what the page asks for from now on in `fetches`. */
const countFetches = `{
  const send = globalThis.fetch;
  globalThis.fetches = 0;
  globalThis.fetch = (...words) => {
    globalThis.fetches++;
    return send(...words);
  };
}`;

describe.skipIf(!hasChromium)(`what the widget cannot have, in Chromium${withoutChromium}`, () => {
  it("asks again for a picture that does not come, and gives up in the end", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    let failures = 2;
    await it.page.route("**/pictures/**", (route) => (failures-- > 0 ? route.abort() : route.continue()));
    await it.page.clock.install();
    await it.startScanning();
    while (it.callsOf("onCodeLoaded").length === 0) await it.page.clock.runFor(1_000);
    const missing = it.callsOf("onCodeLoadFailed").filter(([message]) => String(message).includes("picture"));
    expect(missing).toHaveLength(2);
    await it.readCode();
    failures = Number.POSITIVE_INFINITY;
    await it.evaluate("scanning.restart()");
    while (it.callsOf("onError").length === 0) await it.page.clock.runFor(1_000);
    expect(it.callsOf("onError")).toEqual([[expect.any(String), "IMAGE_FAILED"]]);
    await it.waitForState("failed");
    failures = 0;
    await it.button.click();
    await it.readCode();
  });

  it("shows a neutral mark where a photo does not come", async () => {
    const stage = await startWidgetEnvironment();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await newContext(), url);
    await it.startScanning();
    const bob = await stage.phone("bob", { picture: `${url}/no-such-photo.png` });
    await bob.scan(await it.readCode());
    await it.waitForState("scanned");
    await it.box.locator(".overlay div.badge svg").waitFor();
    expect(await it.box.locator(".overlay img").count()).toBe(0);
  });

  it("says so where the app is not known, and where there is no gateway", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning({ appId: "no-such-app" });
    expect(await it.waitForCall("onError")).toEqual([expect.any(String), "APP_UNKNOWN"]);
    await it.waitForState("failed");
    await it.page.route("**/elsewhere/**", (route) =>
      route.fulfill({ status: 404, body: "<h1>Not found</h1>" }),
    );
    await it.startScanning({ gateway: "/elsewhere/" });
    expect(await it.waitForCall("onError", 2)).toEqual([expect.any(String), "NO_GATEWAY"]);
  });

  it("says so to a page of an origin that is not listed, which its browser tells of no more than a network error", async () => {
    const stage = await startWidgetEnvironment();
    const elsewhere = await stage.gateway();
    // The policy of the page would keep it from calling another origin at all.
    const it = await openWidgetPage(await newContext({ bypassCSP: true }), elsewhere.url);
    const gateway = await stage.gateway();
    const { url } = gateway;
    await it.startScanning({ gateway: url });
    const [message, reason] = await it.waitForCall("onError");
    expect(reason).toBe("ORIGIN_NOT_ALLOWED");
    expect(message).toContain(`pages of ${elsewhere.url} may not call`);
    await it.waitForState("failed");
    expect(it.callsOf("onCodeShow")).toEqual([]);
    expect(await it.page.context().cookies(url)).toEqual([]);
    expect(stage.server.lines.filter(({ method }) => method === "CreateTicket")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ reason: "ORIGIN_NOT_ALLOWED", origin: elsewhere.url, ownOrigin: url }),
    );
  });

  it("says so to an unlisted page that follows a code by itself, and goes on without a network", async () => {
    const stage = await startWidgetEnvironment();
    const elsewhere = await stage.gateway();
    const it = await openWidgetPage(await newContext({ bypassCSP: true }), elsewhere.url);
    const { url } = await stage.gateway();
    await it.evaluate(
      `void QrLogin.startPolling("a-handle", { ...callbacks(), gateway: ${JSON.stringify(url)} })`,
    );
    expect(await it.waitForCall("onError")).toEqual([expect.any(String), "ORIGIN_NOT_ALLOWED"]);
    await it.page.route(`${url}/**`, (route) => route.abort());
    await it.startScanning({ gateway: url });
    await it.state.getByText("No connection. Trying again…").waitFor();
    expect(it.callsOf("onError")).toHaveLength(1);
  });

  it("says so where the page is loaded over plain http from another machine, whose cookie would be dropped", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway();
    // The name means this machine to the browser alone.
    const named = `http://intranet.example:${new URL(gateway.url).port}`;
    const it = await openWidgetPage(await newContext(), named);
    await it.startScanning();
    const [message, reason] = await it.waitForCall("onError");
    expect(reason).toBe("HTTPS_REQUIRED");
    expect(message).toMatch(/cookie __Host-qrlogin-browser-… of http:\/\/intranet\.example:\d+, .* https/);
    expect(it.callsOf("onCodeShow")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        ...{ reason: "HTTPS_REQUIRED", ownOrigin: named },
        cause: expect.stringContaining("__Host-qrlogin-browser-"),
      }),
    );
  });

  it("says so where the browser keeps no cookies", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    // As a browser does that blocks them: the answer is taken, its cookie is not.
    await it.page.route(/\/tickets$/, async (route) => {
      const response = await route.fetch();
      const { "set-cookie": _, ...headers } = response.headers();
      await it.page.context().clearCookies();
      await route.fulfill({ response, headers });
    });
    await it.startScanning();
    expect(await it.waitForCall("onError")).toEqual([
      expect.stringContaining("sent no cookie"),
      "COOKIE_MISSING",
    ]);
    await it.waitForState("failed");
  });

  it("ends where following the code is refused for good", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "ORIGIN_NOT_ALLOWED", detail: "not from here" });
    await it.page.route(/\/tickets\/(events|status)/, (route) => route.fulfill({ status: 403, body }));
    await it.startScanning();
    expect(await it.waitForCall("onError")).toEqual(["not from here", "ORIGIN_NOT_ALLOWED"]);
    await it.waitForState("failed");
    expect(await it.state.innerText()).toBe("This did not work");
    expect(it.callsOf("onCodeShow")).toHaveLength(1);
    await it.page.unroute(/\/tickets\/(events|status)/);
    await it.button.click();
    await stage.alice.scan(await it.readCode());
    await it.waitForCall("onScanned");
  });

  it("waits as long as it is told to, and then shows a code", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "RATE_LIMITED", detail: "too fast", retryAfterMs: 30_000 });
    await it.page.route(/\/tickets$/, (route) => route.fulfill({ status: 429, body }), { times: 1 });
    await it.page.clock.install();
    await it.evaluate(countFetches);
    await it.startScanning();
    await it.waitForCall("onCodeLoadFailed");
    // Time goes by in the page by itself as well.
    await it.page.clock.runFor(20_000);
    // What was asked, and not what was shown: an answer takes its time.
    expect(await it.evaluate("fetches")).toBe(1);
    await it.page.clock.runFor(11_000);
    await it.waitForCall("onCodeShow");
  });

  it("waits as long as it is told to before it asks for the status again", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "away", retryAfterMs: 30_000 });
    await it.page.route(/\/tickets\/status$/, (route) => route.fulfill({ status: 503, body }), { times: 1 });
    await it.evaluate("globalThis.EventSource = undefined");
    await it.page.clock.install();
    await it.startScanning();
    await it.waitForCall("onCodeShow");
    await it.evaluate(countFetches);
    await it.state.getByText("No connection. Trying again…").waitFor();
    const before = await it.evaluate<number>("fetches");
    await it.page.clock.runFor(20_000);
    expect(await it.evaluate("fetches")).toBe(before);
    await it.page.clock.runFor(11_000);
    await it.state.getByText("Scan the code with the app").waitFor();
  });

  it("waits as long as it is told to before it asks for the user again", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const it = await openWidgetPage(await newContext(), gateway.url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "away", retryAfterMs: 30_000 });
    const refused = it.page.waitForResponse(/\/tickets\/exchange$/);
    await it.page.route(/\/tickets\/exchange$/, (route) => route.fulfill({ status: 503, body }), {
      times: 1,
    });
    await it.page.clock.install();
    await it.startScanning({ autoExchangeUserInfo: true });
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    await refused;
    await it.evaluate(countFetches);
    await it.page.clock.runFor(20_000);
    expect(await it.evaluate("fetches")).toBe(0);
    await it.page.clock.runFor(11_000);
    await it.waitForCall("onSuccess");
  });
});
