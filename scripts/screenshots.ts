/**
 * Takes screenshots: `npm run screenshots -- [FOLDER]`. Writes those of the documents to docs/images. Writes
 * every step of the demo pages and every state of the widget to the folder, by default a temporary one.
 * Starts its own server. Needs Chromium; QRLOGIN_TEST_CHROMIUM names one that is not in PATH.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CreatorCapability, createAppClient } from "../src/client/index.js";
import { developmentPresets } from "../src/compose/development_presets.js";
import { startServers } from "../src/compose/serve.js";
import { loadConfig } from "../src/config/load_config.js";
import { showDialog, showSizes, showStates } from "./widget_states.js";

const documentsFolder = "docs/images";
const documented = ["website", "phone", "phone-check-code"];
const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), "qrlogin-screenshots-"));
mkdirSync(documentsFolder, { recursive: true });
mkdirSync(folder, { recursive: true });
if (spawnSync("fc-list", [":lang=zh"]).stdout?.length === 0)
  console.warn(
    "No installed font has Chinese characters, so the screenshots show boxes: apt-get install fonts-wqy-microhei",
  );

const env = {
  QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
  QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
  // One page shows all states, each with a ticket.
  QRLOGIN_POLICY_LIMITS_TICKETS_PER_SCREEN: "1000",
};
const start = (settings: Record<string, string> = {}) =>
  startServers(
    loadConfig({ env: { ...env, ...settings }, developmentPreset: developmentPresets() }),
    pino({ level: "silent" }),
  );
const serving = await start();
const withCheckCode = await start({ QRLOGIN_POLICY_CHECK_CODE_MODE: "always" });
const origin = `http://${serving.gatewayAddress}`;
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: ["--no-sandbox", "--font-render-hinting=none"],
});

const laptop = { width: 1180, height: 760 };
const phone = { width: 540, height: 860 };
const narrow = { width: 360, height: 740 };

try {
  await login({ viewport: laptop }, "website", "phone");
  await login({ viewport: laptop, colorScheme: "dark" }, "website-dark", "phone-dark");
  await login({ viewport: narrow }, "website-narrow", "phone-narrow");
  await login({ viewport: narrow, locale: "zh-CN" }, "website-chinese", "phone-chinese");
  await showCheckCode({ viewport: phone }, "phone-check-code");
  await showCheckCode({ viewport: phone, colorScheme: "dark" }, "phone-dark-check-code");
  await showCheckCode({ viewport: narrow }, "phone-narrow-check-code");
  await showCheckCode({ viewport: narrow, locale: "zh-CN" }, "phone-chinese-check-code");
  await showWebsite({ viewport: { width: 320, height: 640 } }, "website-320");
  await showWebsite({ viewport: { width: 600, height: 800 } }, "website-600");
  await showWebsite({ viewport: { width: 800, height: 700 } }, "website-800");
  await showWebsite({ viewport: { width: 590, height: 380 }, deviceScaleFactor: 2 }, "website-zoomed");
  await withPage(browser, { viewport: { width: 420, height: 640 } }, async (page) => {
    for (const state of ["waiting", "scanned", "check code", "error"]) {
      await showDialog(page, origin, state);
      await save(page, `dialog-${state.replaceAll(" ", "-")}`);
    }
  });
  await withPage(browser, { viewport: { width: 320, height: 420 } }, async (page) => {
    await showDialog(page, origin, "waiting");
    await save(page, "dialog-narrow");
  });
  await withPage(browser, { viewport: laptop }, async (page) => {
    await showSizes(page, origin);
    await save(page, "widget-sizes", page.locator("main"));
  });
  for (const look of ["light", "dark", "narrow", "chinese", "right-to-left", "forced-colors"] as const) {
    // A browser of its own: each look opens a dozen tickets, whose number per browser is limited.
    await withPage(browser, { viewport: laptop }, async (page) => {
      await showStates(page, origin, look);
      await save(page, `widget-${look}`, page.locator("main"));
    });
  }
} finally {
  await browser.close();
  await serving.stop();
  await withCheckCode.stop();
}

/** Signs in, and takes a screenshot of each step on both sides. */
async function login(options: BrowserContextOptions, website: string, asking: string): Promise<void> {
  const ofPhone = options.viewport === narrow ? options : { ...options, viewport: phone };
  await withPage(browser, options, async (page) => {
    const created = page.waitForResponse((response) => response.url().endsWith("/qrlogin/v1/tickets"));
    await page.goto(origin);
    const { qrContent } = await (await created).json();
    await page.locator(".box[data-kind=waiting]").waitFor();
    await page.locator("img.code.loaded").waitFor();
    await save(page, website);
    await withPage(browser, ofPhone, async (other) => {
      await other.goto(`${origin}/phone`);
      await save(other, `${asking}-scan`);
      await scan(other, qrContent);
      await save(other, asking);
      await other.locator("#agree").click();
      await other.locator("#done").waitFor();
      await save(other, `${asking}-agreed`);
    });
    await page.locator("#account").waitFor();
    await save(page, `${website}-signed-in`);
  });
}

/** Takes a screenshot of the website with its code. */
async function showWebsite(options: BrowserContextOptions, name: string): Promise<void> {
  await withPage(browser, options, async (page) => {
    await page.goto(origin);
    await page.locator("img.code.loaded").waitFor();
    await save(page, name);
  });
}

/** Takes screenshots of the phone before an approval that needs a check code, and of the check code. */
async function showCheckCode(options: BrowserContextOptions, name: string): Promise<void> {
  const app = { address: withCheckCode.grpcAddress, appId: "demo-app", appSecret: "demo-secret" };
  const client = createAppClient(app);
  const { qrContent } = await client.createTicket({ capabilities: [CreatorCapability.CHECK_CODE] });
  client.close();
  await withPage(browser, options, async (page) => {
    await page.goto(`http://${withCheckCode.gatewayAddress}/phone`);
    await scan(page, qrContent);
    await save(page, `${name}-asking`);
    await page.locator("#agree").click();
    await page.locator("#check-code").waitFor();
    await save(page, name);
  });
}

/** Enters the content of a code on the phone. */
async function scan(page: Page, qrContent: string): Promise<void> {
  await page.locator("summary").click();
  await page.locator("#text").fill(qrContent);
  await page.locator("#typed button").click();
  await page.locator("#ask").waitFor();
}

async function withPage(
  of: Browser,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await of.newContext({ reducedMotion: "reduce", locale: "en", ...options });
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

async function save(page: Page, name: string, part?: ReturnType<Page["locator"]>): Promise<void> {
  const path = join(documented.includes(name) ? documentsFolder : folder, `${name}.png`);
  const options = { path, fullPage: !name.startsWith("dialog") };
  await (part ? part.screenshot(options) : page.screenshot(options));
  console.log(path);
}

function chromiumPath(): string {
  const names = [process.env.QRLOGIN_TEST_CHROMIUM, "chromium", "chromium-browser", "google-chrome"];
  for (const name of names) {
    if (!name) continue;
    const found = spawnSync("sh", ["-c", 'command -v "$0"', name]).stdout.toString().trim();
    if (found) return found;
  }
  throw new Error("Chromium is not installed: apt-get install chromium");
}
