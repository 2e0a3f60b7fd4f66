import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { collectPageProblems, openPhone, openWebsite, startDemo, typeCode } from "../support/demo_fixture.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

describe.skipIf(!hasChromium)(`the demo website with the strictest policy${withoutChromium}`, () => {
  it("a user signs in with a code that changes and with the number that the phone shows", async () => {
    const demo = await startDemo(undefined, {
      QRLOGIN_POLICY_CHECK_CODE_MODE: "always",
      QRLOGIN_POLICY_QR_ROTATION_INTERVAL: "5m",
    });
    const context = await newBrowser(chromium, { reducedMotion: "reduce", locale: "en" });
    const problems = await collectPageProblems(context, demo);
    const website = await openWebsite(context, demo);
    const phone = await openPhone(context, demo);
    await typeCode(phone, website.qrContent());
    await phone.locator("#agree").click();
    await phone.locator("#check-code").waitFor();
    const digits = (await phone.locator("#digits").innerText()).replace(" ", "");
    const field = website.page.getByLabel("6 digits from your phone");
    await field.fill(digits.replace(/^./, (digit) => `${9 - Number(digit)}`));
    await website.page.getByText("This number is wrong. Attempts left: 2").waitFor();
    await field.fill(digits);
    await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
    expect(problems).toEqual({ violations: [], unexpected: [] });
    expect(demo.logText()).not.toContain(`"${digits}"`);
  });
});
