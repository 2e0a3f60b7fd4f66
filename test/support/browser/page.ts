import type { BrowserContext, Page } from "playwright-core";
import { bitmapOf, decode } from "../../qr/decode.js";
import { createChangeSignal } from "../timeout.js";

/** Which gateway a page calls, and for which app. */
export interface PageSettings {
  readonly appHost: string;
  readonly appId: string;
}

/** How a call of the SDK ended. */
export interface SdkResult {
  readonly answer?: Record<string, unknown>;
  readonly error?: Record<string, unknown>;
}

/** A page of a site, open in a browser, and what its callbacks were told. */
export interface SitePage {
  readonly page: Page;
  /** Every request so far, as `METHOD origin+path`, the query left out. */
  readonly requests: readonly string[];
  /** What this callback is told next. Rejected if `onError` or `onCodeLoadFailed` is told something in the meantime. */
  next(callback: string): Promise<readonly unknown[]>;
  /** Has the SDK show a code, as a site does. */
  startScanning(options?: object): Promise<void>;
  /** Calls one method of the SDK. */
  callSdk(method: string, ...words: readonly unknown[]): Promise<SdkResult>;
  /** Runs a function of the page's own script. */
  run(name: string, ...words: readonly unknown[]): Promise<unknown>;
  /** Waits for the code and reads it off the screen with a decoder. */
  readCode(): Promise<string>;
}

/** Opens the page of the site at this address. */
export async function openPage(
  context: BrowserContext,
  url: string,
  settings: PageSettings,
): Promise<SitePage> {
  const page = await context.newPage();
  const requests: string[] = [];
  const callbacks: { readonly callback: string; readonly values: readonly unknown[] }[] = [];
  const changes = createChangeSignal();
  page.on("request", (request) => {
    const { protocol, origin, pathname } = new URL(request.url());
    if (protocol.startsWith("http")) requests.push(`${request.method()} ${origin}${pathname}`);
  });
  await page.exposeFunction("report", (callback: string, values: readonly unknown[]) => {
    callbacks.push({ callback, values });
    changes.notify();
  });
  await page.goto(url);

  const run = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`${name}(${args.map((word) => JSON.stringify(word)).join(", ")})`);

  return {
    page,
    requests,
    run,
    next(callback) {
      const look = () => {
        const index = callbacks.findIndex((one) => one.callback === callback);
        if (index >= 0) return callbacks.splice(index, 1)[0]?.values ?? [];
        const failure = callbacks.find((one) => ["onError", "onCodeLoadFailed"].includes(one.callback));
        if (failure) throw new Error(`${failure.callback}: ${JSON.stringify(failure.values)}`);
        return undefined;
      };
      return changes.waitFor(
        look,
        () => `${callback} in the page, which has told ${JSON.stringify(callbacks)}`,
      );
    },
    async startScanning(options = {}) {
      await run("startScanning", settings, options);
    },
    callSdk: async (method, ...args) => (await run("callSdk", settings, method, ...args)) as SdkResult,
    async readCode() {
      const image = page.locator("#qrcode img");
      await image.waitFor();
      await page.waitForFunction(`document.querySelector("#qrcode img").naturalWidth > 0`);
      const data = Uint8Array.from(await image.screenshot());
      const { jsqr, zxing } = await decode(bitmapOf({ mediaType: "image/png", data }));
      if (jsqr === undefined || jsqr !== zxing)
        throw new Error(`one decoder reads ${jsqr}, the other ${zxing}`);
      return jsqr;
    },
  };
}
