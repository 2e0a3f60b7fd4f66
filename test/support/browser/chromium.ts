import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";
import { onTestFinished } from "vitest";
import { findTool } from "../tools.js";

const commands = [process.env.QRLOGIN_TEST_CHROMIUM, "chromium", "chromium-browser", "google-chrome"];
const command = commands.find((name) => name && spawnSync(name, ["--version"]).status === 0);
const executablePath = spawnSync("sh", ["-c", 'command -v "$0"', command ?? ""])
  .stdout.toString()
  .trim();

const found = findTool("Chromium", () => (command ? undefined : "Chromium is not installed"));

/** True if the tests that need Chromium run. `QRLOGIN_TEST_CHROMIUM` is the path of one that is not in PATH. */
export const hasChromium = found.isUsable;

/** Suffix for the titles of tests that need Chromium. */
export const withoutChromium = found.skipNote;

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
const offline = ["--disable-background-networking", "--disable-component-update"];
// Every host name resolves to this machine.
const resolveToLoopback = "--host-resolver-rules=MAP * 127.0.0.1";
const switches = [...quiet, ...offline, resolveToLoopback];

let shared: Promise<Browser> | undefined;

/** Resolves with the Chromium that all test files of this process share. It ends with the process. */
export function sharedChromium(): Promise<Browser> {
  shared ??= startChromium();
  return shared;
}

/** Starts Chromium with these command-line switches besides the usual ones. */
export function startChromium(further: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...switches, ...further] });
}

/** Opens a browser context with separate cookies and storage. It is closed at the end of the test. */
export async function newBrowser(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  onTestFinished(() => context.close());
  return context;
}

/**
 * Starts a browser with preferences, given as they stand under `profile` in Chromium's file `Preferences`. It
 * is closed at the end of the test. Contexts of {@link newBrowser} take no preferences, and being private
 * windows, they block third-party cookies anyway.
 */
export async function newBrowserWith(preferences: object): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), "qrlogin-profile-"));
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify({ profile: preferences }));
  const options = { executablePath, args: switches, ignoreHTTPSErrors: true };
  const context = await chromium.launchPersistentContext(profile, options);
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return context;
}
