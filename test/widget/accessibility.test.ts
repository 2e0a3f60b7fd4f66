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
  imageAlt: "رمز للمسح",
  timeLeft: "صالح لمدة {time}",
  loading: "لحظة…",
  scanned: "تم المسح. أكّد على هاتفك",
  scannedBy: "مرحبا، {name}",
  notYou: "لست أنت؟ ابدأ من جديد",
  checkCode: "اكتب الرقم الذي يظهر على هاتفك",
  checkCodeLabel: "{digits} أرقام من هاتفك",
  submitCheckCode: "متابعة",
  checkCodeWarning: "لا تكتب أبدا رقما يخبرك به شخص آخر",
  wrongCheckCode: "رقم خاطئ. المحاولات المتبقية: {attempts}",
  checkCodeNotChecked: "تعذّر التحقق من الرقم. حاول بعد قليل",
  checkCodeFailed: "كان الرقم خاطئا أكثر من اللازم",
  succeeded: "تم تسجيل الدخول",
  cancelled: "رُفض على الهاتف",
  expired: "انتهت صلاحية الرمز",
  failed: "لم ينجح ذلك",
  misconfigured: "تسجيل الدخول غير مهيأ في هذا الموقع",
  cookiesBlocked: "المتصفح يحظر ملفات تعريف الارتباط",
  insecure: "هذه الصفحة غير آمنة",
  offline: "لا اتصال. نحاول مجددا…",
  retry: "رمز جديد",
  phone: "افتح هذه الصفحة على حاسوب",
  showCode: "أظهر الرمز مع ذلك",
  close: "إغلاق",
};

const host = "document.querySelector('#qrcode div').shadowRoot";

/** Returns the id, class or tag of the focused element, also inside shadow roots. */
const focusedName = (page: WidgetPage) =>
  page.evaluate<string>(`(() => {
    let element = document.activeElement;
    while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element.id || element.className || element.tagName;
  })()`);

describe.skipIf(!hasChromium)(`accessibility of the widget, in Chromium${withoutChromium}`, () => {
  it("the widget works with the keyboard alone and keeps the focus when its button disappears", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    const text = await widget.readCode();
    const bob = await environment.phone("bob");
    await bob.scan(text);
    await widget.waitForState("scanned");
    await widget.page.locator("#before").focus();
    await widget.page.keyboard.press("Tab");
    expect(await focusedName(widget)).toBe("button secondary");
    await widget.page.keyboard.press("Enter");
    await widget.waitForCall("onRetry");
    expect(await focusedName(widget)).toBe("box");
    const next = await widget.readCode();
    expect(next).not.toBe(text);
    await environment.alice.scan(next);
    await widget.waitForState("scanned");
    await widget.page.keyboard.press("Tab");
    expect(await focusedName(widget)).toBe("button secondary");
    // This time the phone changes the state, not the user of the page.
    await environment.alice.agree(next);
    await widget.waitForState("succeeded");
    expect(await focusedName(widget)).toBe("box");
  });

  it("the widget announces its state in a status region and has buttons at least 44 pixels high", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    await environment.alice.scan(await widget.readCode());
    await widget.waitForState("scanned");
    const status = widget.page.getByRole("status");
    expect(await status.textContent()).toBe("Hello, alice-nick. Scanned. Confirm the sign-in on your phone");
    expect(await widget.page.getByRole("group", { name: "Sign in with your phone" }).count()).toBe(1);
    expect((await widget.button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  });

  it("the widget follows the right-to-left direction of the page and shows the page's own texts", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), url, "/?lang=ar&dir=rtl");
    await widget.startScanning({ texts: arabic });
    await environment.alice.scan(await widget.readCode());
    await widget.waitForState("scanned");
    expect(await widget.evaluate(`getComputedStyle(${host}.querySelector(".box")).direction`)).toBe("rtl");
    expect(await widget.box.getAttribute("lang")).toBe("ar");
    expect(await widget.state.innerText()).toContain(arabic.scanned);
    expect(await widget.box.locator(".name").innerText()).toBe("مرحبا، alice-nick");
    expect(await findAxeViolations(widget.page)).toEqual([]);
  });

  it("the widget is Chinese in a Chinese page and prefers the texts of the page", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), url, "/?lang=zh-CN");
    await widget.startScanning({
      tips: { title: "登录商店", referText: "请扫码", scanned: "已扫码", middleTitle: "商店" },
    });
    expect(await widget.box.locator(".title").innerText()).toBe("登录商店");
    expect(await widget.state.innerText()).toMatch(/^(请扫码|请稍候…)$/);
    await environment.alice.scan(await widget.readCode());
    await widget.waitForState("scanned");
    expect(await widget.state.innerText()).toContain("已扫码");
    expect(await widget.button.innerText()).toBe("不是你？重新扫码");
  });

  it("the widget fits a narrow page and takes the sizes from its options", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const widget = await openWidgetPage(await newContext({ viewport: { width: 240, height: 600 } }), url);
    await widget.startScanning();
    await widget.readCode();
    const square = await widget.box.locator(".frame").boundingBox();
    expect(square?.width).toBeLessThan(240);
    expect(square?.height).toBeCloseTo(square?.width ?? 0, 0);
    expect(await widget.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await widget.page.setViewportSize({ width: 900, height: 900 });
    const sizes = { size: { width: 180, height: 180 }, containerSize: { width: 400, height: 500 } };
    await widget.startScanning(sizes);
    await widget.waitForState("waiting");
    expect(await widget.box.locator(".frame").boundingBox()).toMatchObject(sizes.size);
    expect(await widget.box.boundingBox()).toMatchObject(sizes.containerSize);
  });

  it("the widget keeps its height from waiting to scanned to succeeded", async () => {
    const environment = await startWidgetEnvironment();
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.startScanning();
    const text = await widget.readCode();
    const heights = [(await widget.box.boundingBox())?.height];
    await environment.alice.scan(text);
    await widget.waitForState("scanned");
    heights.push((await widget.box.boundingBox())?.height);
    await environment.alice.agree(text);
    await widget.waitForState("succeeded");
    heights.push((await widget.box.boundingBox())?.height);
    expect(new Set(heights).size, String(heights)).toBe(1);
  });

  it("the widget shows no animation to users who prefer reduced motion", async () => {
    const environment = await startWidgetEnvironment();
    const { url } = await environment.gateway();
    const widget = await openWidgetPage(await newContext({ reducedMotion: "reduce" }), url);
    await widget.startScanning();
    await widget.readCode();
    expect(await widget.evaluate(`${host}.getAnimations().length`)).toBe(0);
  });
});
