import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { findAxeViolations } from "./axe.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

const arabic = {
  title: "تسجيل الدخول بالهاتف",
  waiting: "امسح الرمز بالتطبيق",
  picture: "رمز للمسح",
  left: "صالح لمدة {time}",
  loading: "لحظة…",
  scanned: "تم المسح. أكّد على هاتفك",
  scannedBy: "مرحبا، {name}",
  notYou: "لست أنت؟ ابدأ من جديد",
  succeeded: "تم تسجيل الدخول",
  cancelled: "رُفض على الهاتف",
  expired: "انتهت صلاحية الرمز",
  failed: "لم ينجح ذلك",
  offline: "لا اتصال. نحاول مجددا…",
  retry: "رمز جديد",
  close: "إغلاق",
};

const host = "document.querySelector('#qrcode div').shadowRoot";

/** The name of what has the focus, wherever it is. */
const focusedName = (page: WidgetPage) =>
  page.evaluate<string>(`(() => {
    let it = document.activeElement;
    while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
    return it.id || it.className || it.tagName;
  })()`);

describe.skipIf(!hasChromium)(`the widget for everybody, in Chromium${withoutChromium}`, () => {
  it("can be used with the keyboard alone, and keeps the focus when its button goes", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    const text = await it.readCode();
    const bob = await stage.phone("bob");
    await bob.scan(text);
    await it.waitForState("scanned");
    await it.page.locator("#before").focus();
    await it.page.keyboard.press("Tab");
    expect(await focusedName(it)).toBe("secondary");
    await it.page.keyboard.press("Enter");
    await it.waitForCall("onRetry");
    expect(await focusedName(it)).toBe("box");
    const next = await it.readCode();
    expect(next).not.toBe(text);
    await stage.alice.scan(next);
    await it.waitForState("scanned");
    await it.page.keyboard.press("Tab");
    expect(await focusedName(it)).toBe("secondary");
    // Not by the person this time.
    await stage.alice.agree(next);
    await it.waitForState("succeeded");
    expect(await focusedName(it)).toBe("box");
  });

  it("says what happens in a status, and has buttons of 44 pixels", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    await stage.alice.scan(await it.readCode());
    await it.waitForState("scanned");
    const status = it.page.getByRole("status");
    expect(await status.textContent()).toBe("Hello, alice-nick. Scanned. Confirm the sign-in on your phone");
    expect(await it.page.getByRole("group", { name: "Sign in with your phone" }).count()).toBe(1);
    expect((await it.button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });

  it("is right to left in a page that is, in the page's own words", async () => {
    const stage = await startWidgetEnvironment();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await newContext(), url, "/?lang=ar&dir=rtl");
    await it.startScanning({ texts: arabic });
    await stage.alice.scan(await it.readCode());
    await it.waitForState("scanned");
    expect(await it.evaluate(`getComputedStyle(${host}.querySelector(".box")).direction`)).toBe("rtl");
    expect(await it.box.getAttribute("lang")).toBe("ar");
    expect(await it.state.innerText()).toContain(arabic.scanned);
    expect(await it.box.locator(".name").innerText()).toBe("مرحبا، alice-nick");
    const bar = await it.box.locator(".bar").boundingBox();
    const left = await it.box.locator(".bar i").boundingBox();
    // Empties towards the right, where reading begins.
    expect((left?.x ?? 0) + (left?.width ?? 0)).toBeCloseTo((bar?.x ?? 0) + (bar?.width ?? 0), 0);
    expect(await findAxeViolations(it.page)).toEqual([]);
  });

  it("is Chinese in a Chinese page, and says the words of the page in their place", async () => {
    const stage = await startWidgetEnvironment();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await newContext(), url, "/?lang=zh-CN");
    await it.startScanning({
      tips: { title: "登录商店", referText: "请扫码", scanned: "已扫码", middleTitle: "商店" },
    });
    expect(await it.box.locator(".title").innerText()).toBe("登录商店");
    expect(await it.state.innerText()).toMatch(/^(请扫码|请稍候…)$/);
    await stage.alice.scan(await it.readCode());
    await it.waitForState("scanned");
    expect(await it.state.innerText()).toContain("已扫码");
    expect(await it.button.innerText()).toBe("不是你？重新扫码");
  });

  it("fits a narrow page, and the sizes that it is given", async () => {
    const stage = await startWidgetEnvironment();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await newContext({ viewport: { width: 240, height: 600 } }), url);
    await it.startScanning();
    await it.readCode();
    const square = await it.box.locator(".frame").boundingBox();
    expect(square?.width).toBeLessThan(240);
    expect(square?.height).toBeCloseTo(square?.width ?? 0, 0);
    expect(await it.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await it.page.setViewportSize({ width: 900, height: 900 });
    const sizes = { size: { width: 180, height: 180 }, containerSize: { width: 400, height: 500 } };
    await it.startScanning(sizes);
    await it.waitForState("waiting");
    expect(await it.box.locator(".frame").boundingBox()).toMatchObject(sizes.size);
    expect(await it.box.boundingBox()).toMatchObject(sizes.containerSize);
  });

  it("is as high while it waits, once it is scanned, and in the end", async () => {
    const stage = await startWidgetEnvironment();
    const it = await openWidgetPage(await newContext(), (await stage.gateway()).url);
    await it.startScanning();
    const text = await it.readCode();
    const heights = [(await it.box.boundingBox())?.height];
    await stage.alice.scan(text);
    await it.waitForState("scanned");
    heights.push((await it.box.boundingBox())?.height);
    await stage.alice.agree(text);
    await it.waitForState("succeeded");
    heights.push((await it.box.boundingBox())?.height);
    expect(new Set(heights).size, String(heights)).toBe(1);
  });

  it("does not move for who wants no motion", async () => {
    const stage = await startWidgetEnvironment();
    const { url } = await stage.gateway();
    const it = await openWidgetPage(await newContext({ reducedMotion: "reduce" }), url);
    await it.startScanning();
    await it.readCode();
    expect(await it.evaluate(`${host}.getAnimations().length`)).toBe(0);
  });
});
