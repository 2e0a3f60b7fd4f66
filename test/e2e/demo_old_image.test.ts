import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { developmentApp } from "../../src/auth/development_identities.js";
import { CreatorCapability, createAppClient } from "../../src/client/index.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { createManualClock } from "../support/clock.js";
import { openPhone, startDemo, typeCode } from "../support/demo_fixture.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

describe.skipIf(!hasChromium)(`an old image of a code that changes${withoutChromium}`, () => {
  it("the phone says that the code is no longer on the screen, and scans the present one", async () => {
    const clock = createManualClock(Date.now());
    const demo = await startDemo(clock, { QRLOGIN_POLICY_QR_ROTATION_INTERVAL: "10s" });
    const website = createAppClient({
      address: demo.grpcAddress,
      appId: developmentApp.id,
      appSecret: "demo-secret",
    });
    onTestFinished(() => website.close());
    const ticket = await website.createTicket({ capabilities: [CreatorCapability.QR_CODE_STEPS] });
    await clock.advanceAsync(30_000);
    const phone = await openPhone(await newBrowser(chromium), demo);
    await typeCode(phone, ticket.qrContent);
    await phone.locator("#problem:not(:empty)").waitFor();
    expect(await phone.locator("#problem").innerText()).toBe(
      "This code is no longer on the screen. Scan the one that the website shows now. If someone sent it to you, stop.",
    );
    const { status } = await website.getStatus(ticket);
    await typeCode(phone, status?.qrCodeStep?.qrContent ?? "");
    await phone.getByRole("heading", { name: `Sign in to ${developmentApp.name} as Alice?` }).waitFor();
  });
});
