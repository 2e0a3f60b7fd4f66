import { type Browser, devices } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { collectPageProblems, startDemo } from "../support/demo_fixture.js";
import { findAxeViolations } from "../widget/axe.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

describe.skipIf(!hasChromium)(`the demo website on a phone, in Chromium${withoutChromium}`, () => {
  it.each(["light", "dark"] as const)(
    "the website says to open it on a computer, shows a code on request, and fits 320 to 430 pixels: %s",
    async (colorScheme) => {
      const demo = await startDemo();
      const options = { ...devices["Pixel 7"], colorScheme, reducedMotion: "reduce" } as const;
      const context = await newBrowser(chromium, options);
      const problems = await collectPageProblems(context, demo);
      const page = await context.newPage();
      const expectToFit = async (step: string) => {
        for (const width of [320, 375, 430]) {
          await page.setViewportSize({ width, height: 780 });
          const isTooWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
          const headerHeight = (await page.locator("header").boundingBox())?.height ?? Number.NaN;
          // The header has one line.
          expect([step, width, isTooWide, headerHeight < 70]).toEqual([step, width, false, true]);
          expect([step, width, ...(await findAxeViolations(page))]).toEqual([step, width]);
        }
      };
      await page.goto(demo.url);
      await page.getByText("Open this page on a computer").waitFor();
      expect(await page.getByRole("button", { name: "Copy the code" }).isVisible()).toBe(false);
      await expectToFit("phone");
      await page.getByRole("button", { name: "Show the code anyway" }).click();
      await page.getByRole("button", { name: "Copy the code" }).waitFor();
      await expectToFit("code");
      expect(problems).toEqual({ violations: [], unexpected: [] });
    },
  );
});
