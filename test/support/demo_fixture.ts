import { pino } from "pino";
import type { BrowserContext, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { parseAddress } from "../../src/base/address.js";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startService } from "../../src/compose/service.js";
import type { Environment } from "../../src/config/environment.js";
import { loadConfig } from "../../src/config/load_config.js";
import { demoRoutes } from "../../src/demo/demo_routes.js";
import { startGateway } from "../../src/gateway/server.js";
import { redaction } from "../../src/log/redaction.js";
import { createCountingClock } from "./counting_clock.js";
import { anyPortEnvironment } from "./process.js";
import { createChangeSignal } from "./timeout.js";

/** Development mode as with `npm start`, on free ports. */
export interface Demo {
  /** Address of the pages, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly grpcAddress: string;
  /** Returns the log so far, at level trace. */
  logText(): string;
}

/** Starts development mode, with further settings from `env`. It is stopped at the end of the test. */
export async function startDemo(time: Clock = systemClock, env: Environment = {}): Promise<Demo> {
  const clock = createCountingClock(time);
  const config = loadConfig({
    env: { ...anyPortEnvironment, ...env },
    developmentPreset: developmentPresets(),
  });
  const written: string[] = [];
  const log = pino({ level: "trace", redact: redaction }, { write: (line) => void written.push(line) });
  const app = await startService(config, log, { clock });
  onTestFinished(() => app.stop());
  const service = { address: app.grpcAddress };
  const listenAddress = parseAddress(config.gateway?.address ?? "");
  if (!config.gateway || !listenAddress) throw new Error("development mode has no gateway");
  const { apps, handleKeys } = config.gateway;
  const gateway = await startGateway(
    {
      ...listenAddress,
      apps,
      handleKeys,
      service,
      log,
      trustedProxies: [],
      shutdownGracePeriodMs: 5_000,
      extend: (server) => demoRoutes(server, service),
    },
    clock,
  );
  onTestFinished(() => gateway.stop());
  return { url: `http://${gateway.address}`, grpcAddress: app.grpcAddress, logText: () => written.join("") };
}

/** Problems of a page that the demo must not have. */
export interface PageProblems {
  /** Violations of the content security policy. */
  readonly violations: string[];
  /** Requests to other origins, and uncaught errors of scripts. */
  readonly unexpected: string[];
}

/** Collects the problems of all pages that this browser opens from now on. */
export async function collectPageProblems(context: BrowserContext, { url }: Demo): Promise<PageProblems> {
  const problems: PageProblems = { violations: [], unexpected: [] };
  // Shorter than the test's own time-out, so that the message names the awaited element.
  context.setDefaultTimeout(20_000);
  context.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== url)
      problems.unexpected.push(request.url());
  });
  context.on("weberror", (error) => void problems.unexpected.push(String(error.error())));
  await context.exposeBinding(
    "reportViolation",
    (_source, text: string) => void problems.violations.push(text),
  );
  await context.addInitScript(
    `addEventListener("securitypolicyviolation", (event) =>
      reportViolation(event.effectiveDirective + " " + event.blockedURI + " " + event.sourceFile));`,
  );
  return problems;
}

/** Demo website with a code. */
export interface Website {
  readonly page: Page;
  /** Returns the content of the current code. */
  qrContent(): string;
  /** Captures the screen around the code, 640 × 480, as a camera would see it. */
  screenshot(): Promise<Buffer>;
  /** Waits until the next code is visible. */
  waitForNewCode(): Promise<void>;
}

/** Methods of an image element that the tests use. */
interface PageImage {
  decode(): Promise<void>;
  getAnimations(): { readonly finished: Promise<unknown> }[];
}

/** Opens the website. */
export async function openWebsite(context: BrowserContext, { url }: Demo): Promise<Website> {
  const page = await context.newPage();
  const contents: string[] = [];
  let seen = 0;
  const changes = createChangeSignal();
  page.on("response", async (response) => {
    if (!response.url().endsWith("/qrlogin/v1/tickets") || response.status() !== 201) return;
    // The body is gone if the page was closed in the meantime.
    const body: { qrContent: string } | undefined = await response.json().catch(() => undefined);
    if (!body) return;
    contents.push(body.qrContent);
    changes.notify();
  });
  const website: Website = {
    page,
    qrContent: () => contents.at(-1) ?? "",
    async screenshot() {
      const box = await page.locator("img.code").boundingBox();
      if (!box) throw new Error("no code is visible");
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      const x = Math.min(Math.max(0, box.x + box.width / 2 - 320), width - 640);
      const y = Math.min(Math.max(0, box.y + box.height / 2 - 240), height - 480);
      return page.screenshot({ clip: { x, y, width: 640, height: 480 } });
    },
    async waitForNewCode() {
      await changes.waitFor(() => (contents.length > seen ? true : undefined), "a new code of the website");
      seen = contents.length;
      await page.locator(".box[data-kind=waiting] img.code.loaded").waitFor();
      // The image loads and then fades in, and is unreadable until then.
      await page.locator("img.code").evaluate(async (image: PageImage) => {
        await image.decode();
        await Promise.allSettled(image.getAnimations().map(({ finished }) => finished));
      });
    },
  };
  await page.goto(url);
  await website.waitForNewCode();
  return website;
}

/** Opens the phone. */
export async function openPhone(context: BrowserContext, { url }: Demo): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/phone`);
  return page;
}

/** Enters the content of a code on the phone. */
export async function typeCode(phone: Page, text: string): Promise<void> {
  const details = phone.locator("details");
  if ((await details.getAttribute("open")) === null) await phone.locator("summary").click();
  await phone.locator("#text").fill(text);
  await phone.locator("#typed button").click();
}

/** Lets the first call of a method arrive, and its response get lost. */
export const loseResponse = (phone: Page, method: string) =>
  phone.route(
    `**/qrlogin.v1.QrLoginService/${method}`,
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );

/** Resolves with the number of pixels by which the page is wider than the window. */
export const overflow = (page: Page) =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
