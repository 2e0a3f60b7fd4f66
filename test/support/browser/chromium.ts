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

const found = findTool("Chromium", () => (command ? undefined : "none on this machine"));

/** True if the tests that need Chromium run. `QRLOGIN_TEST_CHROMIUM` names one that is not in the path. */
export const hasChromium = found.isUsable;

/** For titles of tests that need it. */
export const withoutChromium = found.skipNote;

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
const offline = ["--disable-background-networking", "--disable-component-update"];
// Whatever host a page names is this machine.
const resolveToLoopback = "--host-resolver-rules=MAP * 127.0.0.1";
const switches = [...quiet, ...offline, resolveToLoopback];

let shared: Promise<Browser> | undefined;

/** Resolves with the Chromium that all files in this process share. It ends with the process. */
export function sharedChromium(): Promise<Browser> {
  shared ??= startChromium();
  return shared;
}

/** Starts a real Chromium, with these switches beside the usual ones. */
export function startChromium(further: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...switches, ...further] });
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

/**
 * Starts a browser whose owner has set it up with these preferences, under `profile` in Chromium's file of that name. Gone
 * when the test is over. Those of {@link newBrowser} keep nothing, and such windows block third-party cookies anyway.
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
