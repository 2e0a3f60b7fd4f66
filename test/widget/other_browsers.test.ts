import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { bitmapOf, decode } from "../qr/decode.js";
import type { DrivenBrowser } from "../support/browser/driven_browser.js";
import { firefox, startFirefox } from "../support/browser/firefox.js";
import { startWebKit, webkit } from "../support/browser/webkit.js";
import { freePort } from "../support/free_port.js";
import { pageRoutes } from "./test_page.js";
import { startWidgetEnvironment } from "./widget_environment.js";

const browsers = [
  ["Firefox", firefox, startFirefox],
  ["WebKit (WebKitGTK)", webkit, startWebKit],
] as const;

/** Records the page's callbacks. `waitForCall` resolves with the arguments of the n-th call. */
const recorder = `
  window.recorded = [];
  window.recordCall = (name, values) => {
    window.recorded.push([name, values]);
    window.lookAgain?.();
  };
  window.waitForCall = (name, times) => new Promise((resolve) => {
    window.lookAgain = () => {
      const found = window.recorded.filter(([each]) => each === name)[times - 1];
      if (found) resolve(found[1]);
    };
    window.lookAgain();
  });
  window.inWidget = (selector) => document.querySelector("#qrcode > div").shadowRoot.querySelector(selector);`;

async function openPage(browser: DrivenBrowser, url: string) {
  await browser.goto(`${url}/`);
  await browser.run(recorder);
  return {
    startScanning: (options: object = {}) =>
      browser.run(
        `QrLogin.startScanning("qrcode", { appId: "shop", ...callbacks(), ...${JSON.stringify(options)} })`,
      ),
    waitForCall: (name: string, times = 1) =>
      browser.run<readonly unknown[]>(`return waitForCall("${name}", ${times})`),
    /** Kind of the state in view. */
    shownKind: () => browser.run<string>(`return inWidget(".box").dataset.kind`),
    clickButton: () => browser.run(`inWidget(".box > button").click()`),
    /** Reads the code once it is shown in place of an earlier one. */
    async readCode(earlier?: string): Promise<string> {
      await browser.run(`return waitForCall("onCodeLoaded", ${earlier === undefined ? 1 : 2})`);
      // The image fades in, and WebKit paints the earlier one a little longer.
      for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
        const data = Uint8Array.from(await browser.screenshot());
        const { zxing } = await decode(bitmapOf({ mediaType: "image/png", data }));
        if (zxing !== undefined && zxing !== earlier) return zxing;
      }
      throw new Error("no QR code found in the screenshot");
    },
  };
}

/** Serves the same page without its content security policy. */
async function pageWithoutPolicy(server: FastifyInstance): Promise<void> {
  server.addHook("onSend", async (_request, reply) => void reply.removeHeader("content-security-policy"));
  await pageRoutes(server);
}

for (const [name, { isUsable, skipNote }, start] of browsers) {
  describe.skipIf(!isUsable)(`the widget in ${name}${skipNote}`, () => {
    it("a user declines, asks for a new code, scans it and is signed in", async () => {
      const { gateway, alice } = await startWidgetEnvironment();
      const page = await openPage(await start(), (await gateway()).url);
      await page.startScanning();
      const first = await page.readCode();
      await alice.scan(first);
      expect(await page.waitForCall("onScanned")).toEqual([
        expect.objectContaining({ nickname: "alice-nick" }),
      ]);
      expect(await page.shownKind()).toBe("scanned");
      await alice.decline(first);
      await page.waitForCall("onCancel");
      expect(await page.shownKind()).toBe("cancelled");
      await page.clickButton();
      const second = await page.readCode(first);
      await alice.scan(second);
      await alice.agree(second);
      expect(await page.waitForCall("onSuccess")).toEqual([
        expect.objectContaining({ nickname: "alice-nick" }),
        expect.any(String),
      ]);
      expect(await page.shownKind()).toBe("succeeded");
    });

    it("the same code goes on after the gateway has restarted", async () => {
      const { gateway, alice } = await startWidgetEnvironment();
      const port = await freePort();
      const { url, stop } = await gateway({ port });
      const browser = await start();
      const page = await openPage(browser, url);
      await page.startScanning();
      const text = await page.readCode();
      await stop();
      await browser.run(`return new Promise((resolve) => {
        const look = () => inWidget(".state").textContent.includes("No connection") && resolve();
        new MutationObserver(look).observe(inWidget(".state"), { childList: true, subtree: true });
        look();
      })`);
      await gateway({ port });
      await alice.scan(text);
      await page.waitForCall("onScanned");
      expect(await page.shownKind()).toBe("scanned");
    });

    it("a blocked gateway, and one that does not list the origin, are told apart", async () => {
      const { gateway } = await startWidgetEnvironment();
      const { url } = await gateway();
      const other = await gateway();
      const browser = await start();
      const page = await openPage(browser, url);
      // The policy of this page allows its own origin only.
      await page.startScanning({ gateway: other.url });
      expect(await page.waitForCall("onError")).toEqual([expect.any(String), "CSP_BLOCKED"]);
      const policyFree = await openPage(browser, (await gateway({ extend: pageWithoutPolicy })).url);
      await policyFree.startScanning({ gateway: other.url });
      expect(await policyFree.waitForCall("onError")).toEqual([expect.any(String), "ORIGIN_NOT_ALLOWED"]);
      expect(await policyFree.shownKind()).toBe("failed");
    });
  });
}
