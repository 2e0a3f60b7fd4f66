import { describe, expect, it } from "vitest";
import { codeChallengeOf, createAppClient, createCodeVerifier } from "../../src/client/index.js";
import { hasChromium, withoutChromium } from "../support/browser.js";
import { appSecrets } from "../support/server.js";
import { browser, openWidgetPage, setWidgetStage, useChromium } from "./stage.js";

useChromium();

const byDefault = { switches: { shop: { requireCodeChallenge: true } } };
const codeVerifier = createCodeVerifier();
const codeChallenge = codeChallengeOf(codeVerifier);

/** Starts a scan with this function as `codeChallenge`. */
const beginWith = (code: string) =>
  `void (globalThis.scanning = QrLogin.startScanning("qrcode",
    { ...callbacks(), appId: "shop", codeChallenge: async () => { tell("codeChallenge", []); ${code} } }))`;

describe.skipIf(!hasChromium)(
  `the code challenge of the site's backend, in Chromium${withoutChromium}`,
  () => {
    it("goes with each new code, and its verifier exchanges the ticket that the page is told", async () => {
      const stage = await setWidgetStage();
      const it = await openWidgetPage(await browser(), (await stage.gateway(byDefault)).url);
      await it.run(beginWith(`return "${codeChallenge}";`));
      await it.readCode();
      await it.run("scanning.restart()");
      await it.heard("onCodeShow", 2);
      await it.heard("codeChallenge", 2);
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      const [, ticket] = await it.heard("onSuccess");
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
      const stage = await setWidgetStage();
      const it = await openWidgetPage(await browser(), (await stage.gateway(byDefault)).url);
      await it.begin();
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      expect(await it.heard("onError")).toEqual([
        expect.stringContaining("codeChallenge"),
        "CODE_CHALLENGE_REQUIRED",
      ]);
      await it.kind("failed");
      expect(it.of("onSuccess")).toEqual([]);
    });

    it.each([
      ["throws", `throw new Error("no backend");`, "no backend"],
      ["answers nothing", "return undefined;", "no text"],
      ["never answers", "return new Promise(() => {});", "too long"],
    ])(
      "that %s is asked for three more times, then the page is told, and a click begins anew",
      async (_, code, why) => {
        const stage = await setWidgetStage();
        const it = await openWidgetPage(await browser(), (await stage.gateway(byDefault)).url);
        await it.page.clock.install();
        await it.run(beginWith(`if (!globalThis.works) { ${code} } return "${codeChallenge}";`));
        while (it.of("onError").length === 0) await it.page.clock.runFor(1_000);
        expect(it.of("onError")).toEqual([[expect.stringContaining(why), "CODE_CHALLENGE_FAILED"]]);
        expect(it.of("codeChallenge")).toHaveLength(4);
        await it.kind("failed");
        await it.run("void (globalThis.works = true)");
        await it.button.click();
        await it.readCode();
      },
    );

    it("is asked for until it is there while there is no network", async () => {
      const stage = await setWidgetStage();
      const context = await browser();
      const it = await openWidgetPage(context, (await stage.gateway(byDefault)).url);
      await it.page.clock.install();
      await context.setOffline(true);
      await it.run(beginWith(`await fetch("/", { method: "HEAD" }); return "${codeChallenge}";`));
      while (it.of("codeChallenge").length < 7) await it.page.clock.runFor(1_000);
      expect(it.of("onError")).toEqual([]);
      await context.setOffline(false);
      while (it.of("onCodeShow").length === 0) await it.page.clock.runFor(1_000);
      await it.readCode();
    });
  },
);
