import { describe, expect, it } from "vitest";
import { codeChallengeOf, createAppClient, createCodeVerifier } from "../../src/client/index.js";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { appSecrets } from "../support/server.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const requiringChallenge = { appOptions: { shop: { requireCodeChallenge: true } } };
const codeVerifier = createCodeVerifier();
const codeChallenge = codeChallengeOf(codeVerifier);

/** Starts a scan with this function as `codeChallenge`. */
const beginWith = (code: string) =>
  `void (globalThis.scanning = QrLogin.startScanning("qrcode",
    { ...callbacks(), appId: "shop", codeChallenge: async () => { recordCall("codeChallenge", []); ${code} } }))`;

describe.skipIf(!hasChromium)(
  `the code challenge of the site's backend, in Chromium${withoutChromium}`,
  () => {
    it("goes with each new code, and its verifier exchanges the ticket that the page is told", async () => {
      const stage = await startWidgetEnvironment();
      const it = await openWidgetPage(await newContext(), (await stage.gateway(requiringChallenge)).url);
      await it.evaluate(beginWith(`return "${codeChallenge}";`));
      await it.readCode();
      await it.evaluate("scanning.restart()");
      await it.waitForCall("onCodeShow", 2);
      await it.waitForCall("codeChallenge", 2);
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      const [, ticket] = await it.waitForCall("onSuccess");
      const { address } = stage.server;
      const client = createAppClient({ address, tls: false, appId: "shop", appSecret: appSecrets.shop });
      try {
        const { user } = await client.exchangeUserInfo({ exchangeTicket: String(ticket), codeVerifier });
        expect(user?.nickname).toBe("alice-nick");
      } finally {
        client.close();
      }
    });

    it("that is missing is named when it is over, since the gateway tells the page no ticket", async () => {
      const stage = await startWidgetEnvironment();
      const it = await openWidgetPage(await newContext(), (await stage.gateway(requiringChallenge)).url);
      await it.startScanning();
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      expect(await it.waitForCall("onError")).toEqual([
        expect.stringContaining("codeChallenge"),
        "CODE_CHALLENGE_REQUIRED",
      ]);
      await it.waitForState("failed");
      expect(it.callsOf("onSuccess")).toEqual([]);
    });

    it.each([
      ["throws", `throw new Error("no backend");`, "no backend"],
      ["answers nothing", "return undefined;", "no text"],
      ["never answers", "return new Promise(() => {});", "too long"],
    ])(
      "that %s is asked for three more times, then the page is told, and a click begins anew",
      async (_, code, why) => {
        const stage = await startWidgetEnvironment();
        const it = await openWidgetPage(await newContext(), (await stage.gateway(requiringChallenge)).url);
        await it.page.clock.install();
        await it.evaluate(beginWith(`if (!globalThis.works) { ${code} } return "${codeChallenge}";`));
        while (it.callsOf("onError").length === 0) await it.page.clock.runFor(1_000);
        expect(it.callsOf("onError")).toEqual([[expect.stringContaining(why), "CODE_CHALLENGE_FAILED"]]);
        expect(it.callsOf("codeChallenge")).toHaveLength(4);
        await it.waitForState("failed");
        await it.evaluate("void (globalThis.works = true)");
        await it.button.click();
        await it.readCode();
      },
    );

    it("is asked for until it is there while there is no network", async () => {
      const stage = await startWidgetEnvironment();
      const context = await newContext();
      const it = await openWidgetPage(context, (await stage.gateway(requiringChallenge)).url);
      await it.page.clock.install();
      await context.setOffline(true);
      await it.evaluate(beginWith(`await fetch("/", { method: "HEAD" }); return "${codeChallenge}";`));
      while (it.callsOf("codeChallenge").length < 7) await it.page.clock.runFor(1_000);
      expect(it.callsOf("onError")).toEqual([]);
      await context.setOffline(false);
      while (it.callsOf("onCodeShow").length === 0) await it.page.clock.runFor(1_000);
      await it.readCode();
    });
  },
);
