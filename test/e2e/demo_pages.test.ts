import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  collectPageProblems,
  openPhone,
  openWebsite,
  overflow,
  startDemo,
  typeCode,
} from "../support/demo_fixture.js";
import { findAxeViolations } from "../widget/axe.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Resolves with whether the first element begins above the end of the second one, which precedes it. */
async function covers(page: Page, selector: string, covered: string): Promise<boolean> {
  const [box, coveredBox] = await Promise.all(
    [selector, covered].map((each) => page.locator(each).boundingBox()),
  );
  if (!box || !coveredBox) throw new Error("an element is not visible");
  return box.y < coveredBox.y + coveredBox.height;
}

const wide = { width: 1180, height: 760 };
const narrow = { width: 360, height: 640 };

describe.skipIf(!hasChromium)(`the demo pages in Chromium${withoutChromium}`, () => {
  it.each([
    ["wide", "light", wide],
    ["wide", "dark", wide],
    ["narrow", "light", narrow],
    ["narrow", "dark", narrow],
  ] as const)(
    "the pages have no axe violations in any step, and fit the window: %s, %s",
    async (_, colorScheme, viewport) => {
      const demo = await startDemo();
      const context = await newBrowser(chromium, { colorScheme, viewport, reducedMotion: "reduce" });
      const problems = await collectPageProblems(context, demo);
      const website = await openWebsite(context, demo);
      const phone = await openPhone(context, demo);
      const { page } = website;
      const clean = async (step: string, ...pages: Page[]) => {
        for (const one of pages)
          expect([step, await overflow(one), ...(await findAxeViolations(one))]).toEqual([step, 0]);
      };
      await clean("waiting", page, phone);
      await typeCode(phone, "nonsense");
      await phone.locator("#problem:not(:empty)").waitFor();
      await clean("not a code", phone);
      await typeCode(phone, website.qrContent());
      await phone.locator("#ask").waitFor();
      await page.getByText("Hello, Alice").first().waitFor();
      await clean("asking", page, phone);
      await phone.getByRole("button", { name: "Yes, sign me in" }).click();
      await phone.locator("#done").waitFor();
      await page.locator("#account").waitFor();
      await clean("signed in", page, phone);
      expect(problems).toEqual({ violations: [], unexpected: [] });
    },
  );

  it.each(
    [320, 375, 430].flatMap((width) => (["en-US", "zh-CN"] as const).map((locale) => ({ width, locale }))),
  )(
    "the phone fits $width pixels in $locale, shows no text of another language, and covers no detail",
    async (how) => {
      const demo = await startDemo();
      const website = await openWebsite(await newBrowser(chromium), demo);
      const viewport = { width: how.width, height: 568 };
      const phone = await openPhone(
        await newBrowser(chromium, { locale: how.locale, viewport, reducedMotion: "reduce" }),
        demo,
      );
      // Latin text in Chinese: names, the address and the link to English.
      const foreign =
        how.locale === "zh-CN"
          ? /(?!Chrome|Linux|Harbour|Books|Alice|Bob|English)\b[A-Z][a-z]+/
          : /\p{Script=Han}/u;
      const check = async (step: string) => {
        const text = (await phone.locator("main").innerText()).replace(/中文/g, "");
        expect([step, await overflow(phone), foreign.exec(text)?.[0]]).toEqual([step, 0, undefined]);
        expect(await findAxeViolations(phone)).toEqual([]);
      };
      await check("before scanning");
      await phone.locator("summary").click();
      await phone.locator("#text").fill("nonsense");
      await phone.locator("#typed button").click();
      await phone.locator("#problem:not(:empty)").waitFor();
      await check("not a code");
      await phone.locator("#text").fill(website.qrContent());
      await phone.locator("#typed button").click();
      await phone.locator("#ask").waitFor();
      await check("asking");
      // Nobody can answer before the claims are on the screen.
      expect(await covers(phone, "#ask .decision", "[data-source=claimed]")).toBe(false);
      await phone.locator("#decline").click();
      await phone.locator("#done").waitFor();
      await check("declined");
    },
  );

  it("the switch of the language translates everything that is visible", async () => {
    const demo = await startDemo();
    const website = await openWebsite(await newBrowser(chromium), demo);
    const phone = await openPhone(await newBrowser(chromium), demo);
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    const ticketRequests: string[] = [];
    phone.on("request", (request) => void ticketRequests.push(request.url()));
    await phone.getByRole("button", { name: "中文" }).click();
    const shown = await phone.locator("#ask").innerText();
    expect(shown).toContain("以 Alice 的身份登录 Harbour Books？");
    expect(shown).toContain("127.0.0.1（本机）");
    expect(shown).toContain("“Linux 上的 Chrome”");
    expect(shown).toMatch(/剩余 [12]:\d\d/);
    expect(await phone.evaluate("[document.documentElement.lang, document.title]")).toEqual([
      "zh-Hans",
      "Harbour 应用",
    ]);
    expect(ticketRequests).toEqual([]);
    await phone.getByRole("button", { name: "English" }).click();
    await phone.getByRole("heading", { name: "Sign in to Harbour Books as Alice?" }).waitFor();
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
  });

  it("the phone shows the buttons to agree and to decline without scrolling, also on a small screen", async () => {
    const demo = await startDemo();
    const context = await newBrowser(chromium, { viewport: narrow });
    const website = await openWebsite(context, demo);
    const phone = await openPhone(context, demo);
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    for (const id of ["#agree", "#decline"]) {
      const box = await phone.locator(id).boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? Number.NaN)).toBeLessThanOrEqual(narrow.height);
    }
  });

  it("the phone shows no animation to users who prefer reduced motion", async () => {
    const demo = await startDemo();
    const context = await newBrowser(chromium, { reducedMotion: "reduce" });
    const website = await openWebsite(context, demo);
    const phone = await openPhone(context, demo);
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    expect(await phone.evaluate("document.getAnimations().length")).toBe(0);
  });

  it("the phone names browser and system of common user agents", async () => {
    const demo = await startDemo();
    const phone = await openPhone(await newBrowser(chromium), demo);
    const named = await phone.evaluate(
      `import("/demo/phone/describe_browser.js").then(({ describeBrowser }) => ${JSON.stringify(Object.keys(userAgents))}.map(describeBrowser))`,
    );
    expect(named).toEqual(Object.values(userAgents));
  });
});

const webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";
const userAgents = {
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Safari/537.36`]: "Chrome on Windows",
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Safari/537.36 Edg/141.0.0.0`]: "Edge on Windows",
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.0 Safari/605.1.15`]:
    "Safari on a Mac",
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Version/18.0 Mobile/15E148 Safari/604.1`]:
    "Safari on an iPhone",
  "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": "Firefox on Android",
  "curl/8.0": "curl/8.0",
  "": "",
};
