import type { Browser, BrowserContextOptions } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { developmentApp } from "../../src/auth/development_identities.js";
import { CancelReason, CreatorCapability, createAppClient, TicketState } from "../../src/client/index.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  collectPageProblems,
  loseResponse,
  openPhone,
  overflow,
  startDemo,
  typeCode,
} from "../support/demo_fixture.js";
import { findAxeViolations } from "../widget/axe.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Opens the phone, and creates a ticket of a website that needs a check code. */
async function openPhoneAndTicket(options: BrowserContextOptions = {}) {
  const demo = await startDemo(undefined, { QRLOGIN_POLICY_CHECK_CODE_MODE: "always" });
  const website = createAppClient({
    address: demo.grpcAddress,
    appId: developmentApp.id,
    appSecret: "demo-secret",
  });
  onTestFinished(() => website.close());
  const ticket = await website.createTicket({ capabilities: [CreatorCapability.CHECK_CODE] });
  const context = await newBrowser(chromium, { reducedMotion: "reduce", ...options });
  const problems = await collectPageProblems(context, demo);
  const phone = await openPhone(context, demo);
  return {
    phone,
    problems,
    qrContent: ticket.qrContent,
    scan: async () => {
      await typeCode(phone, ticket.qrContent);
      await phone.locator("#ask").waitFor();
    },
    /** Approves, and resolves with the check code. */
    async approve() {
      await phone.locator("#agree").click();
      await phone.locator("#check-code").waitFor();
      return (await phone.locator("#digits").innerText()).replace(" ", "");
    },
    press: (name: string) => phone.getByRole("button", { name, exact: true }).click(),
    heading: (name: string) => phone.getByRole("heading", { name }).waitFor(),
    problem: async () => {
      await phone.locator("#check-code-problem:not(:empty)").waitFor();
      return phone.locator("#check-code-problem").innerText();
    },
    submit: (checkCode: string) => website.submitCheckCode({ ...ticket, checkCode }),
    statusOf: async () => (await website.getStatus(ticket)).status,
  };
}

describe.skipIf(!hasChromium)(`the check code on the demo phone${withoutChromium}`, () => {
  it("the number is shown with the name of the website and a warning, until the website has it", async () => {
    const { phone, problems, scan, approve, press, heading, problem, submit } = await openPhoneAndTicket();
    await scan();
    await phone.getByText("If anyone else wants it, say no.").waitFor();
    const checkCode = await approve();
    expect(checkCode).toMatch(/^\d{6}$/);
    await heading("Type this number on Harbour Books only");
    for (const text of [
      "Never tell it to anybody, not by phone, chat or mail.",
      "Nobody from Harbour Books will ask for it. Anyone who does is trying to get into your account.",
      "Is Harbour Books not in front of you, or did a link in a message open it?",
    ]) {
      expect(await phone.getByText(text).isVisible()).toBe(true);
    }
    // A screen reader says each digit.
    expect(await phone.locator(".number").ariaSnapshot()).toBe(`- paragraph: ${[...checkCode].join(", ")}`);
    await press("I have typed it");
    expect(await problem()).toContain("The website does not have the number yet.");
    expect(await phone.locator("#digits").innerText()).toBe(`${checkCode.slice(0, 3)} ${checkCode.slice(3)}`);
    await submit(checkCode);
    await press("I have typed it");
    await heading("You are signed in");
    expect(await phone.locator("#digits, #spoken-digits").allTextContents()).toEqual(["", ""]);
    expect(problems).toEqual({ violations: [], unexpected: [] });
  });

  it("the number cannot be selected", async () => {
    const { phone, scan, approve } = await openPhoneAndTicket();
    await scan();
    await approve();
    await phone.keyboard.press("Control+A");
    const selected = await phone.evaluate("getSelection().toString()");
    expect(selected).toContain("Never tell it to anybody");
    expect(selected).not.toMatch(/\d{3} \d{3}|\d, \d/);
  });

  it("the user can still cancel while the number is shown", async () => {
    const { scan, approve, press, heading, submit, statusOf } = await openPhoneAndTicket();
    await scan();
    const checkCode = await approve();
    await press("Cancel this sign-in");
    await heading("Declined");
    expect(await statusOf()).toMatchObject({
      state: TicketState.CANCELLED,
      cancelReason: CancelReason.CANCELLED_BY_APPROVER,
    });
    await expect(submit(checkCode)).rejects.toMatchObject({ reason: "TICKET_CANCELLED" });
  });

  it("a switch of the user removes the number and cancels the sign-in", async () => {
    const { phone, scan, approve, statusOf } = await openPhoneAndTicket();
    await scan();
    await approve();
    const cancelled = phone.waitForResponse("**/Cancel");
    await phone.getByText("Bob", { exact: true }).click();
    await (await cancelled).finished();
    expect((await statusOf())?.state).toBe(TicketState.CANCELLED);
    expect(await phone.locator("#digits").textContent()).toBe("");
  });

  it("a cancellation that comes after the number says how to end the session", async () => {
    const { phone, scan, approve, press, heading, submit } = await openPhoneAndTicket();
    await scan();
    await submit(await approve());
    await press("Cancel this sign-in");
    await heading("That did not work");
    expect(await phone.locator("#explanation").innerText()).toContain("sign out of all devices");
  });

  it("three wrong numbers end the sign-in on the phone too", async () => {
    const { phone, scan, approve, press, heading, submit } = await openPhoneAndTicket();
    await scan();
    const checkCode = await approve();
    const wrong = checkCode === "000000" ? "111111" : "000000";
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(submit(wrong)).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" });
    }
    await press("I have typed it");
    await heading("That did not work");
    expect(await phone.locator("#explanation").innerText()).toContain("This sign-in was cancelled");
  });

  it.each([
    ["the website has the number", true, "You are signed in"],
    ["the service still waits", false, "Too late"],
  ])(
    "the number disappears when its time is over, and the end is that of the service: %s",
    async (...how) => {
      const [, isTyped, end] = how;
      const { phone, scan, approve, heading, submit } = await openPhoneAndTicket();
      await phone.clock.install();
      await scan();
      const checkCode = await approve();
      if (isTyped) await submit(checkCode);
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await phone.route("**/Authorize", async (route) => {
        await held;
        await route.continue();
      });
      const asked = phone.waitForRequest("**/Authorize");
      await phone.clock.runFor(121_000);
      await asked;
      expect(await phone.locator("#digits, #spoken-digits").allTextContents()).toEqual(["", ""]);
      release();
      await heading(end);
    },
  );

  it("an approval whose response was lost is repeated, and a new scan asks again: the number is the same", async () => {
    const { phone, scan, approve, press, statusOf } = await openPhoneAndTicket();
    await loseResponse(phone, "Authorize");
    await scan();
    await press("Yes, sign me in");
    await phone.locator("#decision-problem:not(:empty)").waitFor();
    expect((await statusOf())?.state).toBe(TicketState.AWAITING_CHECK_CODE);
    const checkCode = await approve();
    await phone.reload();
    await scan();
    expect(await approve()).toBe(checkCode);
  });

  it("a phone that cannot show a check code is told to update the app", async () => {
    const { phone, qrContent, statusOf } = await openPhoneAndTicket();
    await phone.route("**/MarkScanned", async (route) => {
      const { capabilities, ...request } = route.request().postDataJSON();
      expect(capabilities).toEqual(["PHONE_CAPABILITY_CHECK_CODE"]);
      await route.continue({ postData: JSON.stringify(request) });
    });
    await typeCode(phone, qrContent);
    await phone.locator("#problem:not(:empty)").waitFor();
    expect(await phone.locator("#problem").innerText()).toContain("Update the app in the app store");
    expect((await statusOf())?.state).toBe(TicketState.PENDING);
  });

  it.each([
    ["en-US", /\p{Script=Han}/u],
    ["zh-CN", /(?!Harbour|Books)\b[A-Za-z]{2,}/],
  ])(
    "the number's screens fit narrow phones, in one language, without axe violations: %s",
    async (...how) => {
      const [locale, foreign] = how;
      const { phone, scan, approve } = await openPhoneAndTicket({ locale });
      const check = async (step: string) => {
        for (const width of [320, 375, 430]) {
          await phone.setViewportSize({ width, height: 740 });
          const problems = [await overflow(phone), ...(await findAxeViolations(phone))];
          expect([step, width, ...problems]).toEqual([step, width, 0]);
        }
      };
      await scan();
      await check("asking");
      await approve();
      await check("number");
      await phone.locator("#code-typed").click();
      await phone.locator("#check-code-problem:not(:empty)").waitFor();
      await check("not typed yet");
      expect(await phone.locator("#check-code").innerText()).not.toMatch(foreign);
    },
  );

  it.each(["en-US", "zh-CN"])(
    "question, number, warning and buttons are on a small screen without scrolling: %s",
    async (locale) => {
      const height = 640;
      const { phone, scan, approve } = await openPhoneAndTicket({ locale, viewport: { width: 360, height } });
      const expectVisible = async (selectors: readonly string[]) => {
        for (const selector of selectors) {
          const box = await phone.locator(selector).boundingBox();
          const bottom = (box?.y ?? 0) + (box?.height ?? Number.NaN);
          expect([selector, bottom <= height]).toEqual([selector, true]);
        }
      };
      await scan();
      await expectVisible(["#check-code-notice", "#agree", "#decline"]);
      await approve();
      await expectVisible([".number", "#check-code-warning", "#code-cancel", "#code-typed"]);
    },
  );

  it("a switch of the language translates the screen and keeps the number", async () => {
    const { phone, scan, approve, press, heading } = await openPhoneAndTicket();
    await scan();
    const checkCode = await approve();
    await press("中文");
    await heading("只在 Harbour Books 网页上输入此数字");
    expect(await phone.getByText("切勿将它告诉任何人，无论是通过电话、聊天还是邮件。").isVisible()).toBe(
      true,
    );
    expect((await phone.locator("#digits").innerText()).replace(" ", "")).toBe(checkCode);
  });
});
