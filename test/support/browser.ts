import { spawnSync } from "node:child_process";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";
import { onTestFinished } from "vitest";

const commands = [process.env.QRLOGIN_TEST_CHROMIUM, "chromium", "chromium-browser", "google-chrome"];
const command = commands.find((name) => name && spawnSync(name, ["--version"]).status === 0);

/** Whether there is a Chromium on this machine. `QRLOGIN_TEST_CHROMIUM` names one that is not in the path. */
export const hasChromium = command !== undefined;

/** For titles of tests that need it. */
export const withoutChromium = hasChromium ? "" : " (SKIPPED: there is no Chromium on this machine)";

if (!hasChromium) {
  const text = "there is no Chromium on this machine (apt-get install chromium)";
  if (process.env.CI) throw new Error(`${text}, and in CI nothing is skipped`);
  console.warn(`SKIPPED, all tests of this file: ${text}`);
}

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
const offline = ["--disable-background-networking", "--disable-component-update"];
// Whatever host a page names is this machine.
const atHome = "--host-resolver-rules=MAP * 127.0.0.1";

/** Starts a real Chromium. */
export function startChromium(...words: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: command ?? "", args: [...quiet, ...offline, atHome, ...words] });
}

/** A browser of somebody: with cookies and a storage of its own, gone when the test is over. */
export async function newBrowser(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  onTestFinished(() => context.close());
  return context;
}
