import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { exchangeAtBackend, ticketIdIn } from "../support/browser/page_environment.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const alice = { nickname: "alice-nick", photoUrl: expect.stringContaining("data:image/svg") };

describe.skipIf(!hasChromium)(`logins with the widget, in Chromium${withoutChromium}`, () => {
  it("a login calls every callback once and in order, and shows who has scanned", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), gateway.url);
    await widget.startScanning({ customData: { cart: 7 }, deviceName: "Till 3" });
    const text = await widget.readCode();
    expect(JSON.parse(text)).toMatchObject({ customData: { cart: 7 } });
    const [handle, url] = await widget.waitForCall("onCodeLoaded");
    await widget.waitForCall("onResult");
    await environment.alice.scan(text);
    await widget.waitForCall("onScanned");
    expect(await widget.box.locator(".name").innerText()).toBe("Hello, alice-nick");
    await environment.alice.agree(text);
    const [user, ticket] = await widget.waitForCall("onSuccess");
    expect(user).toEqual(alice);
    expect(await widget.state.textContent()).toBe("Hello, alice-nick. You are signed in");
    expect(await exchangeAtBackend(gateway, String(ticket))).toMatchObject({ code: 200 });
    const status = (state: string) => expect.objectContaining({ state });
    expect(widget.calls).toEqual([
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
      widget.calls
        .slice(2, 4)
        .map(([name]) => name)
        .sort(),
    ).toEqual(["onCodeLoaded", "onResult"]);
    expect(url).toMatch(/^http:.*\/qrlogin\/v1\/pictures\/.*\.svg$/);
    expect(gateway.logText()).not.toContain(String(handle));
  });

  it("a login ends when the phone declines, and the widget offers a new code", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await widget.waitForCall("onScanned");
    await environment.alice.decline(text);
    await widget.waitForCall("onCancel");
    expect(await widget.state.innerText()).toBe("Declined on the phone");
    await widget.button.click();
    const next = await widget.readCode();
    expect(ticketIdIn(next)).not.toBe(ticketIdIn(text));
    expect(widget.callsOf("onRetry")).toEqual([[]]);
    await environment.alice.scan(next);
    await widget.waitForCall("onScanned", 2);
    expect(widget.callsOf("onError")).toEqual([]);
  });

  it("the button after a scan withdraws the code and shows a new one", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await widget.waitForState("scanned");
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    await widget.button.click();
    expect((await withdrawn).status()).toBe(200);
    await expect(environment.alice.agree(text)).rejects.toThrow();
    const next = await widget.readCode();
    expect(next).not.toBe(text);
    await (await environment.phone("bob")).scan(next);
    expect(await widget.waitForCall("onScanned", 2)).toMatchObject([{ nickname: "bob-nick" }]);
  });

  it("stop() withdraws the code, but not when it is called in onSuccess", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), gateway.url);
    await widget.startScanning();
    const first = await widget.readCode();
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    await widget.evaluate("scanning.stop()");
    expect((await withdrawn).status()).toBe(200);
    await expect(environment.alice.scan(first)).rejects.toThrow();
    await widget.evaluate(`void (globalThis.scanning = QrLogin.startScanning("qrcode", { ...callbacks(), appId: "shop",
      onSuccess: (...args) => { scanning.stop(); recordCall("onSuccess", args); } }))`);
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    const [, ticket] = await widget.waitForCall("onSuccess");
    expect(await exchangeAtBackend(gateway, String(ticket))).toMatchObject({ code: 200 });
    expect(await widget.page.locator("#qrcode").innerHTML()).toBe("");
  });

  it("onSuccess receives the user's information if the app lets the browser exchange", async () => {
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
    const widget = await openWidgetPage(await newContext(), gateway.url);
    await widget.startScanning({ autoExchangeUserInfo: true });
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    const [user] = await widget.waitForCall("onSuccess");
    expect(user).toMatchObject({ email: "alice@mail.example.com", tokenSet: { tokenType: "Bearer" } });
  });

  it("reports EXCHANGE_NOT_ALLOWED if the app does not let the browser exchange", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning({ autoExchangeUserInfo: true });
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    expect(await widget.waitForCall("onError")).toEqual([expect.any(String), "EXCHANGE_NOT_ALLOWED"]);
    expect(await widget.state.innerText()).toContain("not set up correctly");
    expect(widget.callsOf("onSuccess")).toEqual([]);
  });

  it("onSuccess receives the result of onSignIn, also after a lost response, and null for an empty one", async () => {
    const environment = await startWidgetEnvironment();
    const results: unknown[] = [{ redirect: "/home" }, { redirect: "/home" }, undefined];
    const gateway = await environment.gateway({
      onSignIn: (_signIn, _request, reply) => reply.send(results.shift()),
    });
    const context = await newContext();
    for (const result of [{ redirect: "/home" }, null]) {
      const widget = await openWidgetPage(context, gateway.url);
      let lost = result === null ? 1 : 0;
      // The gateway has completed the sign-in, but its response is lost.
      await widget.page.route("**/complete", async (route) => {
        if (lost++ > 0) return route.continue();
        await route.fetch();
        return route.abort();
      });
      await widget.startScanning();
      const text = await widget.readCode();
      await environment.alice.scan(text);
      await environment.alice.agree(text);
      expect(await widget.waitForCall("onSuccess")).toEqual([result, null]);
      await widget.waitForState("succeeded");
    }
  });

  it("a callback that throws does not stop the login, and texts and names with markup stay text", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    const markup = "<img src=x onerror=recordCall('markup',[])>";
    await widget.evaluate(`QrLogin.startScanning("qrcode", { appId: "shop", tips: { title: ${JSON.stringify(markup)} },
      ...Object.fromEntries(callbackNames.map((name) => [name, (...values) => { recordCall(name, values.map(toJsonValue)); throw new Error(name); }])) }) && 0`);
    const text = await widget.readCode();
    const name = `${markup}$&`.repeat(4);
    const phone = await environment.phone("mallory", { nickname: name });
    await phone.scan(text);
    await widget.waitForState("scanned");
    expect(await widget.box.locator(".name").textContent()).toBe(`Hello, ${name}`);
    expect(await widget.box.locator(".title").textContent()).toBe(markup);
    const frame = await widget.box.locator(".frame").boundingBox();
    const shown = await widget.box.locator(".name").boundingBox();
    expect(shown?.height).toBeLessThan(frame?.height ?? 0);
    await phone.agree(text);
    await widget.waitForCall("onSuccess");
    await widget.waitForState("succeeded");
    expect(widget.callsOf("markup")).toEqual([]);
    expect(widget.callsOf("uncaughtError").length).toBeGreaterThan(5);
    expect(widget.callsOf("onSuccess")).toHaveLength(1);
  });
});
