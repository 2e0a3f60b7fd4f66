import type { Browser, Page } from "playwright-core";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { developmentApp } from "../../src/auth/development_identities.js";
import { ContextSource, createAppClient } from "../../src/client/index.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { createManualClock } from "../support/clock.js";
import {
  collectPageProblems,
  type Demo,
  openPhone,
  openWebsite,
  startDemo,
  typeCode,
} from "../support/demo_fixture.js";

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

async function openWebsiteAndPhone(clock?: ReturnType<typeof createManualClock>) {
  const demo = await startDemo(clock);
  const context = await newBrowser(chromium);
  await collectPageProblems(context, demo);
  const website = await openWebsite(context, demo);
  return { demo, context, website, phone: await openPhone(context, demo) };
}

const errorTextOf = async (page: Page) => {
  await page.locator("#problem:not(:empty)").waitFor();
  return page.locator("#problem").innerText();
};

const blankImage = PNG.sync.write(new PNG({ width: 300, height: 300, fill: true }));

describe.skipIf(!hasChromium)(`what the demo pages cannot do, they say in words${withoutChromium}`, () => {
  it("a code that somebody else has scanned first is theirs", async () => {
    const { demo, context, website, phone } = await openWebsiteAndPhone();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    const other = await openPhone(context, demo);
    await other.getByText("Bob", { exact: true }).click();
    await typeCode(other, website.qrContent());
    expect(await errorTextOf(other)).toContain("Somebody else has scanned this code");
  });

  it("choosing another user in the middle of a question begins again, and the code stays with who has scanned it", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await phone.getByText("Bob", { exact: true }).click();
    await phone.locator("#scan").waitFor();
    await typeCode(phone, website.qrContent());
    expect(await errorTextOf(phone)).toContain("Somebody else has scanned this code");
  });

  it("a code that has run out is said to, and the website shows a new one that works", async () => {
    const clock = createManualClock(Date.now());
    const { website, phone } = await openWebsiteAndPhone(clock);
    const old = website.qrContent();
    await clock.advanceAsync(120_000);
    await website.waitForNewCode();
    await typeCode(phone, old);
    expect(await errorTextOf(phone)).toContain("This code has run out");
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
  });

  it("who agrees too late is told so", async () => {
    const clock = createManualClock(Date.now());
    const { website, phone } = await openWebsiteAndPhone(clock);
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await clock.advanceAsync(120_000);
    await phone.getByRole("button", { name: "Sign me in" }).click();
    await phone.getByRole("heading", { name: "That did not work" }).waitFor();
    expect(await phone.locator("#explanation").innerText()).toContain("This code has run out");
  });

  it("a question that nobody answers ends with its time", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await phone.clock.runFor(121_000);
    await phone.getByRole("heading", { name: "Too late" }).waitFor();
  });

  it.each([
    ["what is no code of ours", "https://example.com/menu", "not a code to sign in with"],
    [
      "a code that nobody knows",
      JSON.stringify({ scene: "APP_AUTH", random: "A".repeat(22), userPoolId: "demo-pool" }),
      "Nobody knows this code",
    ],
    ["more text than a code can hold", "x".repeat(5_000), "not a code to sign in with"],
  ])("%s", async (_, text, said) => {
    const { phone } = await openWebsiteAndPhone();
    await typeCode(phone, text);
    expect(await errorTextOf(phone)).toContain(said);
  });

  it.each([
    ["a picture without a code", "image/png", blankImage, "There is no code to be found in this picture"],
    ["a file that is no picture", "image/png", Buffer.from("no picture"), "This is not a picture"],
  ])("%s", async (_, mimeType, buffer, said) => {
    const { phone } = await openWebsiteAndPhone();
    await phone.locator("#file").setInputFiles({ name: "file.png", mimeType, buffer });
    expect(await errorTextOf(phone)).toContain(said);
  });

  it("a camera that is not there or not allowed", async () => {
    const { phone } = await openWebsiteAndPhone();
    await phone.getByRole("button", { name: "Use the camera" }).click();
    expect(await errorTextOf(phone)).toMatch(/choose a picture of the code/i);
    await phone.getByRole("button", { name: "Use the camera" }).waitFor();
  });

  it("a clipboard that is empty or not allowed", async () => {
    const { phone } = await openWebsiteAndPhone();
    await phone.getByRole("button", { name: "Paste", exact: true }).click();
    expect(await errorTextOf(phone)).toMatch(/paste/);
  });

  it("a service that cannot be reached", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.route("**/demo/phone/*", (route) => route.abort());
    await typeCode(phone, website.qrContent());
    expect(await errorTextOf(phone)).toContain("cannot be reached");
  });

  it.each([
    ["the network", "abort", "cannot be reached"],
    ["the service", 503, "cannot be reached"],
    ["a limit", 429, "Too much is going on"],
  ] as const)("a decision that fails for now can be made again: %s", async (_, how, said) => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.route(
      "**/demo/phone/agree",
      (route) =>
        how === "abort"
          ? route.abort()
          : route.fulfill({
              status: how,
              json: { status: how, reason: how === 429 ? "RATE_LIMITED" : "STORE_UNAVAILABLE" },
            }),
      { times: 1 },
    );
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Sign me in" }).click();
    await phone.locator("#decision-problem:not(:empty)").waitFor();
    expect(await phone.locator("#decision-problem").innerText()).toContain(said);
    await phone.getByRole("button", { name: "Sign me in" }).click();
    await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
  });

  it.each(["scan", "agree"])("what is answered to another user is dropped: %s", async (what) => {
    const { website, phone } = await openWebsiteAndPhone();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await phone.route(`**/demo/phone/${what}`, async (route) => {
      await held;
      await route.continue();
    });
    const sent = phone.waitForRequest(`**/demo/phone/${what}`);
    await typeCode(phone, website.qrContent());
    if (what === "agree") await phone.getByRole("button", { name: "Sign me in" }).click();
    await sent;
    await phone.getByText("Bob", { exact: true }).click();
    const answered = phone.waitForResponse(`**/demo/phone/${what}`);
    release();
    await (await answered).finished();
    // Asked for after that answer, so the page has dealt with that answer when this one is there.
    await phone.evaluate('fetch("/healthz").then((answer) => answer.json())');
    expect(await phone.locator("#scan").isVisible()).toBe(true);
  });

  it("a code without any time left is too late once, and the focus stays", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    await phone.route("**/demo/phone/scan", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), remainingMs: 0 } });
    });
    await typeCode(phone, website.qrContent());
    await phone.getByRole("heading", { name: "Too late" }).waitFor();
    await phone.getByRole("button", { name: "Scan another code" }).focus();
    await phone.clock.runFor(2_000);
    expect(await phone.evaluate("document.activeElement.id")).toBe("scan-another");
  });

  it("a website that cannot tell who is signed in shows the code all the same", async () => {
    const { context, demo } = await openWebsiteAndPhone();
    await context.route("**/demo/session", (route) =>
      route.fulfill({ status: 503, json: { detail: "away" } }),
    );
    const { page } = await openWebsite(context, demo);
    expect(await page.locator("#problem").innerText()).toBe("");
  });

  it("a code whose picture is gone is not copied, and nobody is offered one that is scanned", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    const copy = website.page.getByRole("button", { name: "Copy the code" });
    await website.page.route("**/pictures/*.png*", (route) => route.fulfill({ status: 404, body: "" }));
    await website.page.bringToFront();
    await copy.click();
    await website.page.getByText("This code is gone.").waitFor();
    await typeCode(phone, website.qrContent());
    await copy.waitFor({ state: "hidden" });
  });

  it("a ticket that the website's backend refuses, and the next code signs in", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    const { page } = website;
    // Another one of the same form, which the backend really refuses.
    await page.route(
      "**/demo/session",
      (route) => {
        if (route.request().method() !== "POST") return route.continue();
        return route.continue({
          postData: JSON.stringify({ ticket: `${"A".repeat(22)}.${"A".repeat(43)}` }),
        });
      },
      { times: 1 },
    );
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Sign me in" }).click();
    expect(await errorTextOf(page)).toBe("That did not work: there is no such ticket.");
    await website.waitForNewCode();
    await phone.getByRole("button", { name: "Scan another code" }).click();
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Sign me in" }).click();
    await page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
    expect(await page.locator("#problem").innerText()).toBe("");
  });

  it("what the website tells about the screen is shown as text and as nothing else", async () => {
    const { demo, phone } = await openWebsiteAndPhone();
    const markup = "<img src=x onerror=alert(1)>";
    const text = await createTicket(demo, {
      deviceName: markup,
      location: "Reading room",
      customData: { Basket: ["one", "two"], Till: 3 },
    });
    await typeCode(phone, text);
    await phone.locator("#ask").waitFor();
    const rows = await phone.locator("[data-source=claimed] :is(dt, dd)").allInnerTexts();
    expect(rows.map((text) => text.replaceAll(/[“”]/g, ""))).toEqual([
      ...["Device", markup, "Browser", "Chrome on Linux", "Location", "Reading room"],
      ...["Basket", "one, two", "Till", "3"],
    ]);
  });

  it("what a page forges stands in quotation marks under its own heading, apart from what is known", async () => {
    const { demo, phone } = await openWebsiteAndPhone();
    const text = await createTicket(demo, {
      deviceName: "✓ Verified by Harbour” Seen by the sign-in service: your own computer",
      location: "\u{1F512}✅ At your home address",
      customData: {
        "Seen by the sign-in service": "your own computer ☑",
        turned: "\u202Egnorw\u200B",
        [long]: long,
      },
    });
    await typeCode(phone, text);
    await phone.locator("#ask").waitFor();
    const shown = (source: string) => phone.locator(`[data-source=${source}] :is(dt, dd)`).allInnerTexts();
    expect(await shown("observed")).toEqual(["Network address", "127.0.0.1, this computer"]);
    expect(await phone.locator("[data-source=stated]").isVisible()).toBe(false);
    const claimed = phone.getByRole("heading", { name: "The page says (not checked)" });
    expect(await claimed.isVisible()).toBe(true);
    const cut = `“${"W".repeat(59)}…”`;
    expect(await shown("claimed")).toEqual([
      ...["Device", "“Verified by Harbour' Seen by the sign-in service: your ow…”"],
      ...["Browser", "“Chrome on Linux”", "Location", "“At your home address”"],
      ...["“Seen by the sign-in service”", "“your own computer”", "“turned”", "“gnorw”", cut, cut],
    ]);
  });

  it("what the website's backend says is its word, and a claim of the page in the same ticket is not", async () => {
    const { demo, phone } = await openWebsiteAndPhone();
    const client = createAppClient({
      address: demo.grpcAddress,
      appId: "demo-app",
      appSecret: "demo-secret",
    });
    onTestFinished(() => client.close());
    const { qrContent } = await client.createTicket({
      requester: { deviceName: "Till 3", location: "Lisbon", locationSource: ContextSource.CLAIMED_BY_PAGE },
      customData: { Basket: "one" },
    });
    await typeCode(phone, qrContent);
    await phone.locator("#ask").waitFor();
    const shown = (source: string) => phone.locator(`[data-source=${source}] :is(dt, dd)`).allInnerTexts();
    expect(await shown("observed")).toEqual(["Network address", "not known"]);
    expect(await phone.locator("#stated-title").innerText()).toBe(`${developmentApp.name} says`);
    expect(await shown("stated")).toEqual(["Device", "Till 3", "Basket", "one"]);
    expect(await shown("claimed")).toEqual(["Location", "“Lisbon”"]);
  });
});

const long = "W".repeat(150);

/** Has the gateway make a ticket for a page that tells more of itself. */
async function createTicket({ url }: Demo, body: object): Promise<string> {
  const headers = {
    "content-type": "application/json",
    origin: url,
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0 Safari/537.36",
  };
  const response = await fetch(`${url}/qrlogin/v1/tickets`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const { qrContent } = (await response.json()) as { qrContent: string };
  return qrContent;
}
