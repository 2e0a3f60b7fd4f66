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
  loseResponse,
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

describe.skipIf(!hasChromium)(`errors of the demo pages${withoutChromium}`, () => {
  it("the phone rejects a code that another user has scanned", async () => {
    const { demo, context, website, phone } = await openWebsiteAndPhone();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    const other = await openPhone(context, demo);
    await other.getByText("Bob", { exact: true }).click();
    await typeCode(other, website.qrContent());
    expect(await errorTextOf(other)).toContain("Someone else has already scanned this code");
  });

  it("a switch of the user declines the request, and the code stays with the user who scanned it", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await phone.getByText("Bob", { exact: true }).click();
    await phone.locator("#scan").waitFor();
    await website.page.locator(".box[data-kind=cancelled]").waitFor();
    await typeCode(phone, website.qrContent());
    expect(await errorTextOf(phone)).toContain("Someone else has already scanned this code");
  });

  it("the phone reports an expired code, and the website shows a new one that works", async () => {
    const clock = createManualClock(Date.now());
    const { website, phone } = await openWebsiteAndPhone(clock);
    const old = website.qrContent();
    await clock.advanceAsync(120_000);
    await website.waitForNewCode();
    await typeCode(phone, old);
    expect(await errorTextOf(phone)).toContain("This code has expired");
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
  });

  it("the phone reports an expired code after a late approval", async () => {
    const clock = createManualClock(Date.now());
    const { website, phone } = await openWebsiteAndPhone(clock);
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await clock.advanceAsync(120_000);
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.getByRole("heading", { name: "That did not work" }).waitFor();
    expect(await phone.locator("#explanation").innerText()).toContain("This code has expired");
  });

  it("a request without a decision ends when the code expires", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    await phone.clock.runFor(121_000);
    await phone.getByRole("heading", { name: "Too late" }).waitFor();
  });

  it.each([
    ["a text that is not a sign-in code", "https://example.com/menu", "not a sign-in code"],
    [
      "an unknown code",
      JSON.stringify({ scene: "APP_AUTH", random: "A".repeat(22), userPoolId: "demo-pool" }),
      "This code is unknown",
    ],
    ["a text longer than a code can hold", "x".repeat(5_000), "not a sign-in code"],
  ])("the phone reports %s", async (_, text, message) => {
    const { phone } = await openWebsiteAndPhone();
    await typeCode(phone, text);
    expect(await errorTextOf(phone)).toContain(message);
  });

  it.each([
    ["an image without a code", "image/png", blankImage, "There is no QR code in this image"],
    ["a file that is not an image", "image/png", Buffer.from("not an image"), "This is not an image"],
  ])("the phone reports the chosen file if it is %s", async (_, mimeType, buffer, message) => {
    const { phone } = await openWebsiteAndPhone();
    await phone.locator("#file").setInputFiles({ name: "file.png", mimeType, buffer });
    expect(await errorTextOf(phone)).toContain(message);
  });

  it("the phone reports a camera that is missing or blocked", async () => {
    const { phone } = await openWebsiteAndPhone();
    await phone.getByRole("button", { name: "Use the camera" }).click();
    expect(await errorTextOf(phone)).toMatch(/choose an image of the code/i);
    await phone.getByRole("button", { name: "Use the camera" }).waitFor();
  });

  it("the phone reports a clipboard that is empty or blocked", async () => {
    const { phone } = await openWebsiteAndPhone();
    await phone.getByRole("button", { name: "Paste", exact: true }).click();
    expect(await errorTextOf(phone)).toMatch(/paste/);
  });

  it("the phone reports an unreachable service, and keeps the code for another attempt", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.route("**/qrlogin.v1.QrLoginService/*", (route) => route.abort(), { times: 1 });
    await typeCode(phone, website.qrContent());
    expect(await errorTextOf(phone)).toContain("cannot be reached");
    await phone.getByRole("button", { name: "Try again" }).click();
    await phone.locator("#ask").waitFor();
  });

  it("the phone gets a new token once after the service has rejected the first", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    const tokens: (string | undefined)[] = [];
    await phone.route("**/MarkScanned", (route) => {
      tokens.push(route.request().headers().authorization);
      return tokens.length === 1
        ? route.fulfill({ status: 401, json: connectError("unauthenticated", "USER_TOKEN_EXPIRED") })
        : route.continue();
    });
    await typeCode(phone, website.qrContent());
    await phone.locator("#ask").waitFor();
    expect(tokens).toHaveLength(2);
    await phone.unroute("**/MarkScanned");
    await phone.route("**/Authorize", (route) =>
      route.fulfill({ status: 401, json: connectError("unauthenticated", "USER_UNAUTHENTICATED") }),
    );
    const requests: string[] = [];
    phone.on("request", (request) => void requests.push(new URL(request.url()).pathname));
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.getByRole("heading", { name: "That did not work" }).waitFor();
    expect(requests).toEqual([
      "/qrlogin.v1.QrLoginService/Authorize",
      "/demo/phone/token",
      "/qrlogin.v1.QrLoginService/Authorize",
    ]);
  });

  it.each([
    ["the network", "abort", "cannot be reached"],
    ["the store", 503, "The sign-in service has a problem"],
    ["a proxy", 502, "cannot be reached"],
    ["the rate limit", 429, "Too many requests"],
  ] as const)("a decision that fails with a transient error can be repeated: %s", async (_, how, message) => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.route(
      "**/Authorize",
      (route) => {
        if (how === "abort") return route.abort();
        if (how === 502) return route.fulfill({ status: how, body: "<h1>Bad Gateway</h1>" });
        const json =
          how === 429
            ? connectError("resource_exhausted", "RATE_LIMITED")
            : connectError("unavailable", "STORE_UNAVAILABLE");
        return route.fulfill({ status: how, json });
      },
      { times: 1 },
    );
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.locator("#decision-problem:not(:empty)").waitFor();
    expect(await phone.locator("#decision-problem").innerText()).toContain(message);
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
  });

  it.each([
    ["yes again", "Yes, sign me in", "You are signed in", "has your answer"],
    ["no", "No, that is not me", "That did not work", "You have already approved this sign-in"],
  ])(
    "an approval whose response was lost is not denied after the website has signed the user in: %s",
    async (...[, button, heading, explanation]) => {
      const { website, phone } = await openWebsiteAndPhone();
      await loseResponse(phone, "Authorize");
      await typeCode(phone, website.qrContent());
      await phone.getByRole("button", { name: "Yes, sign me in" }).click();
      await phone.locator("#decision-problem:not(:empty)").waitFor();
      await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
      await phone.getByRole("button", { name: button }).click();
      await phone.getByRole("heading", { name: heading }).waitFor();
      expect(await phone.locator("#explanation").innerText()).toContain(explanation);
    },
  );

  it("a request whose approval had no response is not reported as too late before the service is asked", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    await loseResponse(phone, "Authorize");
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.locator("#decision-problem:not(:empty)").waitFor();
    await website.page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
    await phone.clock.runFor(121_000);
    await phone.getByRole("heading", { name: "You are signed in" }).waitFor();
  });

  it("the time ends once, whether or not the service can be asked about an approval", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    let calls = 0;
    await phone.route("**/Authorize", (route) => {
      calls++;
      return route.abort();
    });
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.locator("#decision-problem:not(:empty)").waitFor();
    await phone.clock.runFor(121_000);
    await phone.getByRole("heading", { name: "That did not work" }).waitFor();
    await phone.clock.runFor(5_000);
    expect(calls).toBe(2);
  });

  it.each(["MarkScanned", "Authorize"])(
    "the response to another user's request is ignored: %s",
    async (what) => {
      const { website, phone } = await openWebsiteAndPhone();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await phone.route(`**/qrlogin.v1.QrLoginService/${what}`, async (route) => {
        await held;
        await route.continue();
      });
      const sent = phone.waitForRequest(`**/qrlogin.v1.QrLoginService/${what}`);
      await typeCode(phone, website.qrContent());
      if (what === "Authorize") await phone.getByRole("button", { name: "Yes, sign me in" }).click();
      await sent;
      await phone.getByText("Bob", { exact: true }).click();
      const answered = phone.waitForResponse(`**/qrlogin.v1.QrLoginService/${what}`);
      release();
      await (await answered).finished();
      // Requested after that response, so the page has handled it once this one has arrived.
      await phone.evaluate('fetch("/healthz").then((response) => response.json())');
      expect(await phone.locator("#scan").isVisible()).toBe(true);
    },
  );

  it("a code without time left is reported once as too late, and the focus stays", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    await phone.clock.install();
    await phone.route("**/MarkScanned", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), remainingDuration: "0s" } });
    });
    await typeCode(phone, website.qrContent());
    await phone.getByRole("heading", { name: "Too late" }).waitFor();
    await phone.getByRole("button", { name: "Scan another code" }).focus();
    await phone.clock.runFor(2_000);
    expect(await phone.evaluate("document.activeElement.id")).toBe("scan-another");
  });

  it("a code that this user has already approved asks no second time", async () => {
    const { demo, phone } = await openWebsiteAndPhone();
    // No page exchanges this ticket.
    const text = await createTicket(demo, {});
    await typeCode(phone, text);
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await phone.getByRole("button", { name: "Scan another code" }).click();
    await typeCode(phone, text);
    await phone.getByRole("heading", { name: "You are signed in" }).waitFor();
    expect(await phone.locator("#ask").isVisible()).toBe(false);
  });

  it("a website that cannot read the session shows the code", async () => {
    const { context, demo } = await openWebsiteAndPhone();
    await context.route("**/demo/session", (route) =>
      route.fulfill({ status: 503, json: { detail: "unavailable" } }),
    );
    const { page } = await openWebsite(context, demo);
    expect(await page.locator("#problem").innerText()).toBe("");
  });

  it("the website does not copy a code whose image is gone, and hides the button once the code is scanned", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    const copy = website.page.getByRole("button", { name: "Copy the code" });
    await website.page.route("**/pictures/*.png*", (route) => route.fulfill({ status: 404, body: "" }));
    await website.page.bringToFront();
    await copy.click();
    await website.page.getByText("This code is no longer valid.").waitFor();
    await typeCode(phone, website.qrContent());
    await copy.waitFor({ state: "hidden" });
  });

  it("the website reports a ticket that its backend rejects, and the next code signs the user in", async () => {
    const { website, phone } = await openWebsiteAndPhone();
    const { page } = website;
    // Another ticket of the same form, which the backend rejects.
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
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    expect(await errorTextOf(page)).toBe("That did not work: there is no such ticket.");
    await website.waitForNewCode();
    await phone.getByRole("button", { name: "Scan another code" }).click();
    await typeCode(phone, website.qrContent());
    await phone.getByRole("button", { name: "Yes, sign me in" }).click();
    await page.getByRole("heading", { name: "Welcome, Alice" }).waitFor();
    expect(await page.locator("#problem").innerText()).toBe("");
  });

  it("the phone shows the website's description of the screen as plain text", async () => {
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

  it("the phone shows forged claims of a page in quotation marks, apart from observed data", async () => {
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

  it("the phone attributes statements to the website's backend, and claims in the same ticket to the page", async () => {
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

/** Returns an error of the Connect protocol. */
const connectError = (code: string, reason: string) => ({
  code,
  message: "an error",
  details: [{ type: "google.rpc.ErrorInfo", value: "", debug: { reason, domain: "qrlogin.v1" } }],
});

/** Creates a ticket at the gateway, for a page that describes itself. */
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
