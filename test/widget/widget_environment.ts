import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { beforeAll, onTestFinished } from "vitest";
import { type ApproverClient, createApproverClient, PhoneCapability } from "../../src/client/index.js";
import { bitmapOf, decode } from "../qr/decode.js";
import { hasChromium, newBrowser, sharedChromium } from "../support/browser/chromium.js";
import { scannedByCamera, startPageEnvironment, ticketIdIn } from "../support/browser/page_environment.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { newHandleKey, type TestGateway, type TestGatewayOptions } from "../support/gateway.js";
import type { TestServer } from "../support/server.js";
import { createChangeSignal } from "../support/timeout.js";
import { customers, signToken } from "../support/tokens.js";
import { instrumentation, pageRoutes } from "./test_page.js";

const photoUrl = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E";

/** Recorded call of a page's callback, with its arguments. */
export type CallbackCall = readonly [callback: string, ...values: readonly unknown[]];

/** Browser page with the widget. */
export interface WidgetPage {
  readonly page: Page;
  /** Box of the widget in `#qrcode`. */
  readonly box: Locator;
  readonly state: Locator;
  readonly button: Locator;
  /** All callbacks so far, in order. `cspViolation` and `uncaughtError` stand for problems in the page. */
  readonly calls: readonly CallbackCall[];
  /** Returns the arguments of each call of a callback. */
  callsOf(callback: string): readonly (readonly unknown[])[];
  /** Waits for the n-th call of a callback, and resolves with its arguments. */
  waitForCall(callback: string, times?: number): Promise<readonly unknown[]>;
  /** Calls `startScanning` with every callback recorded. The page has the result as `scanning`. */
  startScanning(options?: object, targetId?: string): Promise<void>;
  evaluate<T = unknown>(script: string): Promise<T>;
  /** Waits for a code in the target and reads it from a screenshot. */
  readCode(targetId?: string): Promise<string>;
  /** Waits until the widget shows a state of this kind. */
  waitForState(kind: string, targetId?: string): Promise<void>;
}

/** Real service with a manual clock, real phones, and real gateways with pages. */
export interface WidgetEnvironment {
  readonly server: TestServer;
  readonly clock: ManualClock;
  readonly alice: Phone;
  /** Starts a gateway. All gateways share the same keys. */
  gateway(options?: TestGatewayOptions): Promise<TestGateway>;
  phone(name: string, claims?: Record<string, unknown>): Promise<Phone>;
}

/** Phone of one user. Each method takes the content of a code. */
export interface Phone {
  scan(text: string): Promise<void>;
  /** Approves. Resolves with the check code that the phone shows, or with an empty text. */
  agree(text: string): Promise<string>;
  decline(text: string): Promise<void>;
}

let chromium: Browser;

/** Starts a browser for the test file. */
export function useChromium(): void {
  beforeAll(async () => {
    if (hasChromium) chromium = await sharedChromium();
  });
}

export const newContext = (options?: BrowserContextOptions): Promise<BrowserContext> =>
  newBrowser(chromium, options);

/** Starts a service with this policy, and a phone. Both are stopped at the end of the test. */
export async function startWidgetEnvironment(policy: object = {}): Promise<WidgetEnvironment> {
  const clock = createManualClock(Date.now());
  const { server, gateway } = await startPageEnvironment({ clock, settings: { policy } });
  const shared = { handleKeys: [newHandleKey()], extend: pageRoutes };
  const phone = async (name: string, claims = {}): Promise<Phone> => {
    const token = await signToken(name, customers, { claims: { picture: photoUrl, ...claims } });
    const client = createApproverClient({ address: server.address, tls: false, token });
    onTestFinished(() => client.close());
    return createPhone(client);
  };
  return {
    server,
    clock,
    alice: await phone("alice"),
    phone,
    gateway: (options = {}) => {
      // Most of these tests have no backend for a challenge; code_challenge.test.ts requires one.
      const shop = { requireCodeChallenge: false, ...options.appOptions?.shop };
      return gateway({ ...shared, ...options, appOptions: { ...options.appOptions, shop } });
    },
  };
}

function createPhone(client: ApproverClient): Phone {
  return {
    async scan(text) {
      await client.markScanned({ ...scannedByCamera(text), capabilities: [PhoneCapability.CHECK_CODE] });
    },
    async agree(text) {
      return (await client.authorize({ ticketId: ticketIdIn(text) })).checkCode;
    },
    async decline(text) {
      await client.cancel({ ticketId: ticketIdIn(text) });
    },
  };
}

/** Opens a page of a gateway; `/` by default. */
export async function openWidgetPage(context: BrowserContext, url: string, path = "/"): Promise<WidgetPage> {
  const page = await context.newPage();
  const calls: CallbackCall[] = [];
  const changes = createChangeSignal();
  await page.exposeFunction("recordCall", (callback: string, values: readonly unknown[]) => {
    calls.push([callback, ...values]);
    changes.notify();
  });
  await page.addInitScript({ content: instrumentation });
  await page.goto(url + path);
  const box = (targetId: string) => page.locator(`#${targetId} .box`);
  const callsOf = (callback: string) =>
    calls.filter(([name]) => name === callback).map(([, ...values]) => values);

  return {
    page,
    calls,
    callsOf,
    box: box("qrcode"),
    state: box("qrcode").locator(".state"),
    button: box("qrcode").locator(":scope > button"),
    waitForCall: (callback, times = 1) =>
      changes.waitFor(
        () => callsOf(callback)[times - 1],
        () => `${callback} call ${times} in the page, which recorded ${JSON.stringify(calls)}`,
      ),
    async startScanning(options = {}, targetId = "qrcode") {
      const args = `${JSON.stringify(targetId)}, { appId: "shop", ...callbacks(), ...${JSON.stringify(options)} }`;
      await page.evaluate(`void (globalThis.scanning = QrLogin.startScanning(${args}))`);
    },
    evaluate: (script) => page.evaluate(script),
    async waitForState(kind, targetId = "qrcode") {
      await page.locator(`#${targetId} .box[data-kind=${kind}]`).waitFor();
    },
    async readCode(targetId = "qrcode") {
      const image = page.locator(`#${targetId} .box[data-kind=waiting] .code`);
      await image.waitFor();
      // The image fades in and may still be loading.
      for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
        const data = Uint8Array.from(await image.screenshot());
        const { jsqr } = await decode(bitmapOf({ mediaType: "image/png", data }));
        if (jsqr !== undefined) return jsqr;
      }
      throw new Error("no QR code found in the screenshot");
    },
  };
}

/** Timers, listeners and streams of the page. */
export type PageResources = Readonly<Record<"timers" | "listeners" | "sources", number>>;

export const noResources: PageResources = { timers: 0, listeners: 0, sources: 0 };

/** Returns the resources of the page beyond those counted earlier. */
export async function resourcesSince(page: WidgetPage, before: PageResources): Promise<PageResources> {
  const now = await page.evaluate<PageResources>("countResources()");
  const more = (kind: keyof PageResources) => now[kind] - before[kind];
  return { timers: more("timers"), listeners: more("listeners"), sources: more("sources") };
}
