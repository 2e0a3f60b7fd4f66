import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { freePort } from "../support/free_port.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

/** Starts a server that is no gateway. It is stopped at the end of the test. */
async function startServer(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener).listen(port, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Opens a page without a content security policy, which would block calls to another origin. */
async function openPage() {
  const environment = await startWidgetEnvironment();
  const site = await environment.gateway();
  const widget = await openWidgetPage(await newContext({ bypassCSP: true }), site.url);
  return { environment, widget, origin: site.url };
}

/** Lets time pass in the page until `onError` is called, and resolves with its arguments. */
async function waitForError(widget: WidgetPage, times = 1): Promise<readonly unknown[]> {
  const pending = new Set<unknown>();
  widget.page.on("request", (request) => pending.add(request));
  widget.page.on("requestfinished", (request) => pending.delete(request));
  widget.page.on("requestfailed", (request) => pending.delete(request));
  while (widget.callsOf("onError").length < times) {
    await widget.page.clock.runFor(1_000);
    // The time of the page must not outrun the time-outs of requests that are on their way.
    await expect.poll(() => pending.size).toBe(0);
  }
  return widget.callsOf("onError")[times - 1] ?? [];
}

/** Checks that the widget says what happened, and offers a button. */
async function expectErrorView(widget: WidgetPage, text: RegExp): Promise<void> {
  await widget.waitForState("failed");
  expect(await widget.state.innerText()).toMatch(text);
  expect(await widget.button.isVisible()).toBe(true);
}

const unreachable = /does not work at the moment/;
const misconfigured = /not set up correctly/;

/** Sends every page what only a gateway allows. */
const open = { "access-control-allow-origin": "*" };

describe.skipIf(!hasChromium)(
  `a gateway of another origin that cannot be used, in Chromium${withoutChromium}`,
  () => {
    it.each<readonly [what: string, listener: RequestListener, reason: string, text: RegExp]>([
      ["a server without CORS", (_, response) => response.writeHead(404).end(), "UNREADABLE", unreachable],
      [
        "a proxy whose gateway is down",
        (_, response) => response.writeHead(502).end("<h1>Bad gateway</h1>"),
        "UNREADABLE",
        unreachable,
      ],
      [
        "a proxy that answers the preflight itself",
        ({ method }, response) =>
          response.writeHead(method === "OPTIONS" ? 405 : 204, method === "GET" ? open : {}).end(),
        "UNREADABLE",
        unreachable,
      ],
      [
        "a proxy that leads to a login page",
        ({ url }, response) =>
          url === "/login" ? response.end("Log in") : response.writeHead(302, { location: "/login" }).end(),
        "UNREADABLE",
        unreachable,
      ],
      [
        "another server with CORS",
        (_, response) => response.writeHead(200, open).end("<h1>Welcome</h1>"),
        "NO_GATEWAY",
        misconfigured,
      ],
      [
        "a server that ends every connection",
        (_, response) => void response.socket?.destroy(),
        "OFFLINE",
        unreachable,
      ],
    ])(
      "%s: onError is called, and the widget shows what happened and a button",
      async (_what, listener, reason, text) => {
        const { widget } = await openPage();
        const gateway = await startServer(listener);
        await widget.page.clock.install();
        await widget.startScanning({ gateway });
        expect(await waitForError(widget)).toEqual([expect.stringContaining(gateway), reason]);
        await expectErrorView(widget, text);
        // The user asks for a code again, which fails again.
        await widget.button.click();
        expect(await waitForError(widget, 2)).toEqual([expect.any(String), reason]);
      },
    );

    it("an address where nothing answers is told after ten seconds, and a code is shown once a gateway is there", async () => {
      const { environment, widget, origin } = await openPage();
      const port = await freePort();
      await widget.page.clock.install();
      await widget.startScanning({ gateway: `http://127.0.0.1:${port}` });
      const [message, reason] = await waitForError(widget);
      expect([message, reason]).toEqual([expect.stringContaining(`http://127.0.0.1:${port}`), "OFFLINE"]);
      await expectErrorView(widget, unreachable);
      await environment.gateway({ port, appOptions: { shop: { origins: [origin] } } });
      while (widget.callsOf("onCodeShow").length === 0) await widget.page.clock.runFor(1_000);
      await widget.waitForState("waiting");
      expect(widget.callsOf("onError")).toHaveLength(1);
    });

    it("an unknown app of another origin is told although the browser hides the response", async () => {
      const { environment, widget } = await openPage();
      const { url } = await environment.gateway();
      await widget.startScanning({ gateway: url, appId: "no-such-app" });
      expect(await widget.waitForCall("onError")).toEqual([expect.any(String), "APP_UNKNOWN"]);
      await expectErrorView(widget, misconfigured);
    });

    it.each(["same", "another"])(
      "a content security policy that blocks the gateway of %s origin is told",
      async (which) => {
        const environment = await startWidgetEnvironment();
        const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'";
        const site = await environment.gateway();
        const widget = await openWidgetPage(await newContext(), site.url);
        await widget.page.route("**/", async (route) => {
          const response = await route.fetch();
          await route.fulfill({
            response,
            headers: { ...response.headers(), "content-security-policy": policy },
          });
        });
        await widget.page.reload();
        const gateway = which === "same" ? "" : (await environment.gateway()).url;
        await widget.startScanning({ gateway });
        const [message, reason] = await widget.waitForCall("onError");
        expect([message, reason]).toEqual([expect.stringContaining(gateway || site.url), "CSP_BLOCKED"]);
        await expectErrorView(widget, misconfigured);
      },
    );

    it("a gateway over http is told to a page over https", async () => {
      const { widget, origin } = await openPage();
      const site = "https://shop.example.com";
      await widget.page.route(`${site}/**`, async (route) => {
        const url = route.request().url().replace(site, origin);
        await route.fulfill({ response: await route.fetch({ url }) });
      });
      await widget.page.goto(`${site}/`);
      const gateway = `http://login.example.com:${new URL(origin).port}`;
      await widget.startScanning({ gateway });
      expect(await widget.waitForCall("onError")).toEqual([
        expect.stringContaining(gateway),
        "MIXED_CONTENT",
      ]);
      await expectErrorView(widget, misconfigured);
    });

    it("a service that is down is told with its own reason, and the widget goes on by itself", async () => {
      const { widget } = await openPage();
      const body = JSON.stringify({
        reason: "SERVICE_UNAVAILABLE",
        detail: "no service",
        retryAfterMs: 1_000,
      });
      await widget.page.route(/\/tickets$/, (route) => route.fulfill({ status: 503, body }));
      await widget.page.clock.install();
      await widget.startScanning();
      expect(await waitForError(widget)).toEqual(["no service", "SERVICE_UNAVAILABLE"]);
      await expectErrorView(widget, /./);
      await widget.page.unroute(/\/tickets$/);
      while (widget.callsOf("onCodeShow").length === 0) await widget.page.clock.runFor(1_000);
      await widget.waitForState("waiting");
    });
  },
);
