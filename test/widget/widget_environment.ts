import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { beforeAll, onTestFinished } from "vitest";
import { type ApproverClient, createApproverClient } from "../../src/client/index.js";
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

/** What a callback of the page was told. */
export type CallbackCall = readonly [callback: string, ...values: readonly unknown[]];

/** A page with the widget, open in a browser. */
export interface WidgetPage {
  readonly page: Page;
  /** The widget's box in `#qrcode`. */
  readonly box: Locator;
  readonly state: Locator;
  readonly button: Locator;
  /** All callbacks so far, in their order; `cspViolation` and `uncaughtError` for what the page has to complain of. */
  readonly calls: readonly CallbackCall[];
  /** What this callback was told, each time. */
  callsOf(callback: string): readonly (readonly unknown[])[];
  /** Waits until this callback was told so many times, and answers what it was told last. */
  waitForCall(callback: string, times?: number): Promise<readonly unknown[]>;
  /** `startScanning` with every callback told. What it answers is `scanning` in the page. */
  startScanning(options?: object, place?: string): Promise<void>;
  evaluate<T = unknown>(script: string): Promise<T>;
  /** Waits for a code in the place and reads it off the screen. */
  readCode(place?: string): Promise<string>;
  /** Waits until the widget is in this state: the kind of a scene. */
  waitForState(kind: string, place?: string): Promise<void>;
}

/** Real service with a clock that stands still, real phones, real gateways with pages. */
export interface WidgetEnvironment {
  readonly server: TestServer;
  readonly clock: ManualClock;
  readonly alice: Phone;
  /** All of them have the same keys. */
  gateway(options?: TestGatewayOptions): Promise<TestGateway>;
  phone(name: string, claims?: Record<string, unknown>): Promise<Phone>;
}

/** Somebody's phone. Each takes the text of a code. */
export interface Phone {
  scan(text: string): Promise<void>;
  agree(text: string): Promise<void>;
  decline(text: string): Promise<void>;
}

let chromium: Browser;

/** Gives the file a browser. */
export function useChromium(): void {
  beforeAll(async () => {
    if (hasChromium) chromium = await sharedChromium();
  });
}

export const newContext = (options?: BrowserContextOptions): Promise<BrowserContext> =>
  newBrowser(chromium, options);

/** Sets the stage, cleared when the test is over. */
export async function startWidgetEnvironment(): Promise<WidgetEnvironment> {
  const clock = createManualClock(Date.now());
  const { server, gateway } = await startPageEnvironment({ clock });
  const same = { handleKeys: [newHandleKey()], extend: pageRoutes };
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
      // Most pages of these tests have no backend; code_challenge.test.ts has one that is as it should be.
      const shop = { requireCodeChallenge: false, ...options.appOptions?.shop };
      return gateway({ ...same, ...options, appOptions: { ...options.appOptions, shop } });
    },
  };
}

function createPhone(client: ApproverClient): Phone {
  return {
    async scan(text) {
      await client.markScanned(scannedByCamera(text));
    },
    async agree(text) {
      await client.authorize({ ticketId: ticketIdIn(text) });
    },
    async decline(text) {
      await client.cancel({ ticketId: ticketIdIn(text) });
    },
  };
}

/** Opens the page of a gateway; `/` by default. */
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
    button: box("qrcode").locator("button"),
    waitForCall: (callback, times = 1) =>
      changes.waitFor(
        () => callsOf(callback)[times - 1],
        () => `${callback} for the ${times}. time in the page, which has told ${JSON.stringify(calls)}`,
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
      // It fades in, and may have been asked for only now.
      for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
        const data = Uint8Array.from(await image.screenshot());
        const { jsqr } = await decode(bitmapOf({ mediaType: "image/png", data }));
        if (jsqr !== undefined) return jsqr;
      }
      throw new Error("there is no code to be read");
    },
  };
}

/** What the page has under way: timers, listeners of its own, streams. */
export type PageResources = Readonly<Record<"timers" | "listeners" | "sources", number>>;

export const noResources: PageResources = { timers: 0, listeners: 0, sources: 0 };

/** What runs in the page beyond what ran there before. */
export async function resourcesSince(page: WidgetPage, before: PageResources): Promise<PageResources> {
  const now = await page.evaluate<PageResources>("countResources()");
  const more = (kind: keyof PageResources) => now[kind] - before[kind];
  return { timers: more("timers"), listeners: more("listeners"), sources: more("sources") };
}
