import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

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
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    let failures = 2;
    await it.page.route("**/pictures/**", (route) => (failures-- > 0 ? route.abort() : route.continue()));
    await it.page.clock.install();
    await it.begin();
    while (it.of("onCodeLoaded").length === 0) await it.page.clock.runFor(1_000);
    const missing = it.of("onCodeLoadFailed").filter(([message]) => String(message).includes("picture"));
    expect(missing).toHaveLength(2);
    await it.readCode();
    failures = Number.POSITIVE_INFINITY;
    await it.run("scanning.restart()");
    while (it.of("onError").length === 0) await it.page.clock.runFor(1_000);
    expect(it.of("onError")).toEqual([[expect.any(String), "PICTURE_FAILED"]]);
    await it.kind("failed");
    failures = 0;
    await it.button.click();
    await it.readCode();
  });

  it("shows a neutral mark where a photo does not come", async () => {
    const stage = await setWidgetStage();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await browser(), url);
    await it.begin();
    const bob = await stage.phone("bob", { picture: `${url}/no-such-photo.png` });
    await bob.scan(await it.readCode());
    await it.kind("scanned");
    await it.box.locator(".veil div.mark svg").waitFor();
    expect(await it.box.locator(".veil img").count()).toBe(0);
  });

  it("says so where the app is not known, and where there is no gateway", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    await it.begin({ appId: "no-such-app" });
    expect(await it.heard("onError")).toEqual([expect.any(String), "APP_UNKNOWN"]);
    await it.kind("failed");
    await it.page.route("**/elsewhere/**", (route) =>
      route.fulfill({ status: 404, body: "<h1>Not found</h1>" }),
    );
    await it.begin({ gateway: "/elsewhere/" });
    expect(await it.heard("onError", 2)).toEqual([expect.any(String), "NO_GATEWAY"]);
  });

  it("says so to a page of an origin that is not listed, which its browser tells of no more than a network error", async () => {
    const stage = await setWidgetStage();
    const elsewhere = await stage.gateway();
    // The policy of the page would keep it from calling another origin at all.
    const it = await openWidgetPage(await browser({ bypassCSP: true }), elsewhere.url);
    const gateway = await stage.gateway();
    const { url } = gateway;
    await it.begin({ gateway: url });
    const [message, reason] = await it.heard("onError");
    expect(reason).toBe("ORIGIN_NOT_ALLOWED");
    expect(message).toContain(`pages of ${elsewhere.url} may not call`);
    await it.kind("failed");
    expect(it.of("onCodeShow")).toEqual([]);
    expect(await it.page.context().cookies(url)).toEqual([]);
    expect(stage.server.lines.filter(({ method }) => method === "CreateTicket")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ reason: "ORIGIN_NOT_ALLOWED", origin: elsewhere.url, ownOrigin: url }),
    );
  });

  it("says so to an unlisted page that follows a code by itself, and goes on without a network", async () => {
    const stage = await setWidgetStage();
    const elsewhere = await stage.gateway();
    const it = await openWidgetPage(await browser({ bypassCSP: true }), elsewhere.url);
    const { url } = await stage.gateway();
    await it.run(
      `void QrLogin.startPolling("a-handle", { ...callbacks(), gateway: ${JSON.stringify(url)} })`,
    );
    expect(await it.heard("onError")).toEqual([expect.any(String), "ORIGIN_NOT_ALLOWED"]);
    await it.page.route(`${url}/**`, (route) => route.abort());
    await it.begin({ gateway: url });
    await it.state.getByText("No connection. Trying again…").waitFor();
    expect(it.of("onError")).toHaveLength(1);
  });

  it("says so where the page is loaded over plain http from another machine, whose cookie would be dropped", async () => {
    const stage = await setWidgetStage();
    const gateway = await stage.gateway();
    // The name means this machine to the browser alone.
    const named = `http://intranet.example:${new URL(gateway.url).port}`;
    const it = await openWidgetPage(await browser(), named);
    await it.begin();
    const [message, reason] = await it.heard("onError");
    expect(reason).toBe("HTTPS_REQUIRED");
    expect(message).toMatch(/cookie __Host-qrlogin-browser-… of http:\/\/intranet\.example:\d+, .* https/);
    expect(it.of("onCodeShow")).toEqual([]);
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        ...{ reason: "HTTPS_REQUIRED", ownOrigin: named },
        why: expect.stringContaining("__Host-qrlogin-browser-"),
      }),
    );
  });

  it("says so where the browser keeps no cookies", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    // As a browser does that blocks them: the answer is taken, its cookie is not.
    await it.page.route(/\/tickets$/, async (route) => {
      const response = await route.fetch();
      const { "set-cookie": _, ...headers } = response.headers();
      await it.page.context().clearCookies();
      await route.fulfill({ response, headers });
    });
    await it.begin();
    expect(await it.heard("onError")).toEqual([expect.stringContaining("sent no cookie"), "COOKIE_MISSING"]);
    await it.kind("failed");
  });

  it("ends where following the code is refused for good", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "ORIGIN_NOT_ALLOWED", detail: "not from here" });
    await it.page.route(/\/tickets\/(events|status)/, (route) => route.fulfill({ status: 403, body }));
    await it.begin();
    expect(await it.heard("onError")).toEqual(["not from here", "ORIGIN_NOT_ALLOWED"]);
    await it.kind("failed");
    expect(await it.state.innerText()).toBe("This did not work");
    expect(it.of("onCodeShow")).toHaveLength(1);
    await it.page.unroute(/\/tickets\/(events|status)/);
    await it.button.click();
    await stage.alice.scan(await it.readCode());
    await it.heard("onScanned");
  });

  it("waits as long as it is told to, and then shows a code", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "RATE_LIMITED", detail: "too fast", retryAfterMs: 30_000 });
    await it.page.route(/\/tickets$/, (route) => route.fulfill({ status: 429, body }), { times: 1 });
    await it.page.clock.install();
    await it.run(countFetches);
    await it.begin();
    await it.heard("onCodeLoadFailed");
    // Time goes by in the page by itself as well.
    await it.page.clock.runFor(20_000);
    // What was asked, and not what was shown: an answer takes its time.
    expect(await it.run("fetches")).toBe(1);
    await it.page.clock.runFor(11_000);
    await it.heard("onCodeShow");
  });

  it("waits as long as it is told to before it asks for the status again", async () => {
    const stage = await setWidgetStage();
    const it = await openWidgetPage(await browser(), (await stage.gateway()).url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "away", retryAfterMs: 30_000 });
    await it.page.route(/\/tickets\/status$/, (route) => route.fulfill({ status: 503, body }), { times: 1 });
    await it.run("globalThis.EventSource = undefined");
    await it.page.clock.install();
    await it.begin();
    await it.heard("onCodeShow");
    await it.run(countFetches);
    await it.state.getByText("No connection. Trying again…").waitFor();
    const before = await it.run<number>("fetches");
    await it.page.clock.runFor(20_000);
    expect(await it.run("fetches")).toBe(before);
    await it.page.clock.runFor(11_000);
    await it.state.getByText("Scan the code with the app").waitFor();
  });

  it("waits as long as it is told to before it asks for the user again", async () => {
    const stage = await setWidgetStage();
    const gateway = await stage.gateway({ switches: { shop: { exchangeFromBrowser: true } } });
    const it = await openWidgetPage(await browser(), gateway.url);
    const body = JSON.stringify({ reason: "STORE_UNAVAILABLE", detail: "away", retryAfterMs: 30_000 });
    const refused = it.page.waitForResponse(/\/tickets\/exchange$/);
    await it.page.route(/\/tickets\/exchange$/, (route) => route.fulfill({ status: 503, body }), {
      times: 1,
    });
    await it.page.clock.install();
    await it.begin({ autoExchangeUserInfo: true });
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    await refused;
    await it.run(countFetches);
    await it.page.clock.runFor(20_000);
    expect(await it.run("fetches")).toBe(0);
    await it.page.clock.runFor(11_000);
    await it.heard("onSuccess");
  });
});
