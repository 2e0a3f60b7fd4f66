import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { developmentApp, developmentUsers } from "../../src/auth/development_identities.js";
import { hasChromium, newBrowser, startChromium, withoutChromium } from "../support/browser/chromium.js";
import { createFakeCamera } from "../support/browser/fake_camera.js";
import { collectPageProblems, openPhone, openWebsite, startDemo, typeCode } from "../support/demo_fixture.js";

const camera = createFakeCamera();
let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await startChromium(camera.switches);
});
afterAll(async () => {
  await chromium?.close();
  camera.remove();
});

const consentHeading = `Sign in to ${developmentApp.name} as Alice?`;

/** Opens a website and a phone, each in its own browser unless `shared` is set. */
async function openWebsiteAndPhone(options: BrowserContextOptions = {}, shared = false) {
  const demo = await startDemo();
  const desk = await newBrowser(chromium, options);
  const hand = shared ? desk : await newBrowser(chromium, options);
  const problems = [
    await collectPageProblems(desk, demo),
    ...(shared ? [] : [await collectPageProblems(hand, demo)]),
  ];
  const website = await openWebsite(desk, demo);
  const phone = await openPhone(hand, demo);
  return {
    demo,
    website,
    phone,
    heading: (name: string) => phone.getByRole("heading", { name }).waitFor(),
    press: (name: string) => phone.getByRole("button", { name, exact: true }).click(),
    greeted: (name: string) => website.page.getByRole("heading", { name: `Welcome, ${name}` }).waitFor(),
    expectNoProblems: () => {
      for (const problem of problems) expect(problem).toEqual({ violations: [], unexpected: [] });
    },
  };
}

describe.skipIf(!hasChromium)(`the demo pages in Chromium${withoutChromium}`, () => {
  it("alice signs in when the phone's camera reads the code", async () => {
    const both = await openWebsiteAndPhone({ permissions: ["camera"] });
    const { website, phone, heading, press, greeted, expectNoProblems } = both;
    camera.show(await website.screenshot());
    await press("Use the camera");
    await heading(consentHeading);
    expect(await phone.locator("video").isVisible()).toBe(false);
    const shown = (source: string) => phone.locator(`[data-source=${source}] dl`).innerText();
    expect(await shown("observed")).toMatch(/^Network address\s+127\.0\.0\.1, this computer$/);
    expect(await shown("claimed")).toMatch(/^Browser\s+“Chrome on Linux”$/);
    expect(await phone.locator("#left").innerText()).toMatch(/^[12]:\d\d left$/);
    await website.page.getByText("Hello, Alice").first().waitFor();
    await press("Yes, sign me in");
    await heading("You are signed in");
    await greeted("Alice");
    const { page } = website;
    expect(
      await page.locator("#photo").evaluate((photo: { naturalWidth: number }) => photo.naturalWidth),
    ).toBeGreaterThan(0);
    const { name, email } = developmentUsers.alice;
    expect(await page.locator("#details").innerText()).toMatch(new RegExp(`${name}\\s+Mail\\s+${email}`));
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.reload();
    await greeted("Alice");
    await page.getByRole("button", { name: "Sign out" }).click();
    await website.waitForNewCode();
    await page.reload();
    await website.waitForNewCode();
    expectNoProblems();
  });

  it("bob signs in when the phone reads a screenshot of the website", async () => {
    const { website, phone, press, heading, greeted, expectNoProblems } = await openWebsiteAndPhone();
    await phone.getByText("Bob", { exact: true }).click();
    const buffer = await website.page.screenshot();
    await phone.locator("#file").setInputFiles({ name: "screen.png", mimeType: "image/png", buffer });
    await heading(`Sign in to ${developmentApp.name} as Bob?`);
    await press("Yes, sign me in");
    await greeted("Bob");
    expectNoProblems();
  });

  it("a user without a camera copies the code and pastes it", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { website, phone, press, heading, greeted, expectNoProblems } = await openWebsiteAndPhone(
      { permissions },
      true,
    );
    await website.page.bringToFront();
    await website.page.getByRole("button", { name: "Copy the code" }).click();
    await website.page.getByText("Copied.").waitFor();
    await phone.bringToFront();
    await press("Paste");
    await heading(consentHeading);
    await press("Yes, sign me in");
    await website.page.bringToFront();
    await greeted("Alice");
    expectNoProblems();
  });

  it.each(["an image", "its text"])("the phone reads what the keyboard pastes: %s", async (what) => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { website, phone, heading } = await openWebsiteAndPhone({ permissions }, true);
    await website.page.bringToFront();
    if (what === "its text") {
      await website.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(website.qrContent())})`);
    } else {
      await website.page.getByRole("button", { name: "Copy the code" }).click();
      await website.page.getByText("Copied.").waitFor();
    }
    await phone.bringToFront();
    await phone.keyboard.press("Control+V");
    await heading(consentHeading);
  });

  it("the phone reads an image of the code that is dropped on it", async () => {
    const { website, phone, heading, expectNoProblems } = await openWebsiteAndPhone();
    const imageUrl = await website.page.locator("img.code").getAttribute("src");
    const transfer = await phone.evaluateHandle(
      `(() => { const transfer = new DataTransfer(); transfer.setData("text/plain", new URL(${JSON.stringify(imageUrl)}, location)); return transfer; })()`,
    );
    await phone.dispatchEvent(".viewfinder", "drop", { dataTransfer: transfer });
    await heading(consentHeading);
    expectNoProblems();
  });

  it("the demo works with the keyboard alone and moves the focus to what has changed", async () => {
    const { website, phone, heading, greeted } = await openWebsiteAndPhone();
    const focused = () => phone.evaluate("document.activeElement.textContent.trim()");
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 20; presses++) {
        await phone.keyboard.press("Tab");
        if ((await focused()) === name) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await tabTo("Type the content of the code");
    await phone.keyboard.press("Enter");
    await phone.keyboard.press("Tab");
    await phone.keyboard.insertText(website.qrContent());
    await tabTo("Continue");
    await phone.keyboard.press("Enter");
    await heading(consentHeading);
    expect(await focused()).toBe(consentHeading);
    await tabTo("Yes, sign me in");
    await phone.keyboard.press("Enter");
    await heading("You are signed in");
    expect(await focused()).toBe("You are signed in");
    await greeted("Alice");
    expect(await website.page.evaluate("document.activeElement.textContent")).toBe("Welcome, Alice");
  });

  it("the website learns that the user has declined", async () => {
    const { website, phone, press, heading } = await openWebsiteAndPhone();
    await typeCode(phone, website.qrContent());
    await press("No, that is not me");
    await heading("Declined");
    await website.page.locator(".box[data-kind=cancelled]").waitFor();
    await press("Scan another code");
    await heading("Scan a code");
  });
});
