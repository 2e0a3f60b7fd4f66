import { describe, expect, it } from "vitest";
import { codeChallengeOf, createAppClient, createCodeVerifier } from "../../src/client/index.js";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { appSecrets } from "../support/server.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const requiringChallenge = { appOptions: { shop: { requireCodeChallenge: true } } };
const codeVerifier = createCodeVerifier();
const codeChallenge = codeChallengeOf(codeVerifier);

/** Returns a script that starts a scan with this function body as `codeChallenge`. */
const scanWithChallenge = (code: string) =>
  `void (globalThis.scanning = QrLogin.startScanning("qrcode",
    { ...callbacks(), appId: "shop", codeChallenge: async () => { recordCall("codeChallenge", []); ${code} } }))`;

describe.skipIf(!hasChromium)(
  `the code challenge of the site's backend, in Chromium${withoutChromium}`,
  () => {
    it("requests a code challenge for each new code, and its verifier exchanges the ticket of onSuccess", async () => {
      const environment = await startWidgetEnvironment();
      const widget = await openWidgetPage(
        await newContext(),
        (await environment.gateway(requiringChallenge)).url,
      );
      await widget.evaluate(scanWithChallenge(`return "${codeChallenge}";`));
      await widget.readCode();
      await widget.evaluate("scanning.restart()");
      await widget.waitForCall("onCodeShow", 2);
      await widget.waitForCall("codeChallenge", 2);
      const text = await widget.readCode();
      await environment.alice.scan(text);
      await environment.alice.agree(text);
      const [, ticket] = await widget.waitForCall("onSuccess");
      const { address } = environment.server;
      const client = createAppClient({ address, tls: false, appId: "shop", appSecret: appSecrets.shop });
      try {
        const { user } = await client.exchangeUserInfo({ exchangeTicket: String(ticket), codeVerifier });
        expect(user?.nickname).toBe("alice-nick");
      } finally {
        client.close();
      }
    });

    it("reports CODE_CHALLENGE_REQUIRED after an approval without a code challenge", async () => {
      const environment = await startWidgetEnvironment();
      const widget = await openWidgetPage(
        await newContext(),
        (await environment.gateway(requiringChallenge)).url,
      );
      await widget.startScanning();
      const text = await widget.readCode();
      await environment.alice.scan(text);
      await environment.alice.agree(text);
      expect(await widget.waitForCall("onError")).toEqual([
        expect.stringContaining("codeChallenge"),
        "CODE_CHALLENGE_REQUIRED",
      ]);
      await widget.waitForState("failed");
      expect(widget.callsOf("onSuccess")).toEqual([]);
    });

    it.each([
      ["that throws", `throw new Error("no backend");`, "no backend"],
      ["without a result", "return undefined;", "no text"],
      ["that never ends", "return new Promise(() => {});", "15 seconds"],
    ])(
      "gives up on a codeChallenge function %s after three retries, and starts again on a click",
      async (_, code, why) => {
        const environment = await startWidgetEnvironment();
        const widget = await openWidgetPage(
          await newContext(),
          (await environment.gateway(requiringChallenge)).url,
        );
        await widget.page.clock.install();
        await widget.evaluate(
          scanWithChallenge(`if (!globalThis.works) { ${code} } return "${codeChallenge}";`),
        );
        while (widget.callsOf("onError").length === 0) await widget.page.clock.runFor(1_000);
        expect(widget.callsOf("onError")).toEqual([[expect.stringContaining(why), "CODE_CHALLENGE_FAILED"]]);
        expect(widget.callsOf("codeChallenge")).toHaveLength(4);
        await widget.waitForState("failed");
        await widget.evaluate("void (globalThis.works = true)");
        await widget.button.click();
        await widget.readCode();
      },
    );

    it("retries the codeChallenge function without a limit while the network is down", async () => {
      const environment = await startWidgetEnvironment();
      const context = await newContext();
      const widget = await openWidgetPage(context, (await environment.gateway(requiringChallenge)).url);
      await widget.page.clock.install();
      await context.setOffline(true);
      await widget.evaluate(
        scanWithChallenge(`await fetch("/", { method: "HEAD" }); return "${codeChallenge}";`),
      );
      while (widget.callsOf("codeChallenge").length < 7) await widget.page.clock.runFor(1_000);
      expect(widget.callsOf("onError")).toEqual([]);
      await context.setOffline(false);
      while (widget.callsOf("onCodeShow").length === 0) await widget.page.clock.runFor(1_000);
      await widget.readCode();
    });
  },
);
