import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { exchangeAtBackend, ticketIdIn } from "../support/browser/page_environment.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const alice = { nickname: "alice-nick", photoUrl: expect.stringContaining("data:image/svg") };

describe.skipIf(!hasChromium)(`a sign-in with the widget in Chromium${withoutChromium}`, () => {
  it("tells every callback, once and in order, and shows who has scanned", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway();
    const it = await openWidgetPage(await newContext(), gateway.url);
    await it.startScanning({ customData: { cart: 7 }, deviceName: "Till 3" });
    const text = await it.readCode();
    expect(JSON.parse(text)).toMatchObject({ customData: { cart: 7 } });
    const [handle, url] = await it.waitForCall("onCodeLoaded");
    await it.waitForCall("onResult");
    await stage.alice.scan(text);
    await it.waitForCall("onScanned");
    expect(await it.box.locator(".name").innerText()).toBe("Hello, alice-nick");
    await stage.alice.agree(text);
    const [user, ticket] = await it.waitForCall("onSuccess");
    expect(user).toEqual(alice);
    expect(await it.state.textContent()).toBe("Hello, alice-nick. You are signed in");
    expect(await exchangeAtBackend(gateway, String(ticket))).toMatchObject({ code: 200 });
    const status = (state: string) => expect.objectContaining({ state });
    expect(it.calls).toEqual([
      ["onStart", {}],
      ["onCodeShow", handle, url],
      expect.anything(),
      expect.anything(),
      ["onResult", status("SCANNED")],
      ["onScanned", alice],
      ["onResult", status("AUTHORIZED")],
      ["onCodeDestroyed", handle],
      ["onSuccess", alice, ticket],
    ]);
    expect(
      it.calls
        .slice(2, 4)
        .map(([name]) => name)
        .sort(),
    ).toEqual(["onCodeLoaded", "onResult"]);
    expect(url).toMatch(/^http:.*\/qrlogin\/v1\/pictures\/.*\.svg$/);
    expect(gateway.logText()).not.toContain(String(handle));
  });

  it("ends without a sign-in when the phone declines, and offers a new code", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    const text = await it.readCode();
    await stage.alice.scan(text);
    await it.waitForCall("onScanned");
    await stage.alice.decline(text);
    await it.waitForCall("onCancel");
    expect(await it.state.innerText()).toBe("Declined on the phone");
    await it.button.click();
    const next = await it.readCode();
    expect(ticketIdIn(next)).not.toBe(ticketIdIn(text));
    expect(it.callsOf("onRetry")).toEqual([[]]);
    await stage.alice.scan(next);
    await it.waitForCall("onScanned", 2);
    expect(it.callsOf("onError")).toEqual([]);
  });

  it("withdraws the code and makes another for who says: not me", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    const text = await it.readCode();
    await stage.alice.scan(text);
    await it.waitForState("scanned");
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.button.click();
    expect((await withdrawn).status()).toBe(200);
    await expect(stage.alice.agree(text)).rejects.toThrow();
    const next = await it.readCode();
    expect(next).not.toBe(text);
    await (await stage.phone("bob")).scan(next);
    expect(await it.waitForCall("onScanned", 2)).toMatchObject([{ nickname: "bob-nick" }]);
  });

  it("withdraws when it is stopped, and not when it is stopped in onSuccess", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway();
    const it = await openWidgetPage(await newContext(), gateway.url);
    await it.startScanning();
    const first = await it.readCode();
    const withdrawn = it.page.waitForResponse(/\/withdraw$/);
    await it.evaluate("scanning.stop()");
    expect((await withdrawn).status()).toBe(200);
    await expect(stage.alice.scan(first)).rejects.toThrow();
    await it.evaluate(`void (globalThis.scanning = QrLogin.startScanning("qrcode", { ...callbacks(), appId: "shop",
      onSuccess: (...words) => { scanning.stop(); recordCall("onSuccess", words); } }))`);
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    const [, ticket] = await it.waitForCall("onSuccess");
    expect(await exchangeAtBackend(gateway, String(ticket))).toMatchObject({ code: 200 });
    expect(await it.page.locator("#qrcode").innerHTML()).toBe("");
  });

  it("hands over the user where the app lets the browser exchange", async () => {
    const stage = await startWidgetEnvironment();
    const gateway = await stage.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const it = await openWidgetPage(await newContext(), gateway.url);
    await it.startScanning({ autoExchangeUserInfo: true });
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    const [user] = await it.waitForCall("onSuccess");
    expect(user).toMatchObject({ email: "alice@mail.example.com", tokenSet: { tokenType: "Bearer" } });
  });

  it("says so where the app does not let the browser exchange", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning({ autoExchangeUserInfo: true });
    const text = await it.readCode();
    await stage.alice.scan(text);
    await stage.alice.agree(text);
    expect(await it.waitForCall("onError")).toEqual([expect.any(String), "EXCHANGE_NOT_ALLOWED"]);
    expect(await it.state.innerText()).toBe("This did not work");
    expect(it.callsOf("onSuccess")).toEqual([]);
  });

  it("tells what onSignIn answers, also after an answer that was lost, and where it answers nothing", async () => {
    const stage = await startWidgetEnvironment();
    const answers: unknown[] = [{ redirect: "/home" }, { redirect: "/home" }, undefined];
    const gateway = await stage.gateway({
      onSignIn: (_signIn, _request, reply) => reply.send(answers.shift()),
    });
    const context = await newContext();
    for (const answer of [{ redirect: "/home" }, null]) {
      const it = await openWidgetPage(context, gateway.url);
      let lost = answer === null ? 1 : 0;
      // The gateway has answered; the page is told nothing of it.
      await it.page.route("**/complete", async (route) => {
        if (lost++ > 0) return route.continue();
        await route.fetch();
        return route.abort();
      });
      await it.startScanning();
      const text = await it.readCode();
      await stage.alice.scan(text);
      await stage.alice.agree(text);
      expect(await it.waitForCall("onSuccess")).toEqual([answer, null]);
      await it.waitForState("succeeded");
    }
  });

  it("does not mind a callback that throws, or texts and names that look like markup", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    const markup = "<img src=x onerror=recordCall('markup',[])>";
    await it.evaluate(`QrLogin.startScanning("qrcode", { appId: "shop", tips: { title: ${JSON.stringify(markup)} },
      ...Object.fromEntries(callbackNames.map((name) => [name, (...values) => { recordCall(name, values.map(toJsonValue)); throw new Error(name); }])) }) && 0`);
    const text = await it.readCode();
    const name = `${markup}$&`.repeat(4);
    const phone = await stage.phone("mallory", { nickname: name });
    await phone.scan(text);
    await it.waitForState("scanned");
    expect(await it.box.locator(".name").textContent()).toBe(`Hello, ${name}`);
    expect(await it.box.locator(".title").textContent()).toBe(markup);
    const frame = await it.box.locator(".frame").boundingBox();
    const shown = await it.box.locator(".name").boundingBox();
    expect(shown?.height).toBeLessThan(frame?.height ?? 0);
    await phone.agree(text);
    await it.waitForCall("onSuccess");
    await it.waitForState("succeeded");
    expect(it.callsOf("markup")).toEqual([]);
    expect(it.callsOf("uncaughtError").length).toBeGreaterThan(5);
    expect(it.callsOf("onSuccess")).toHaveLength(1);
  });
});
