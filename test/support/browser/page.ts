import type { BrowserContext, Page } from "playwright-core";
import { bitmapOf, decode } from "../../qr/decode.js";
import { createChangeSignal } from "../timeout.js";

/** Gateway and app in a page's settings. */
export interface PageSettings {
  readonly appHost: string;
  readonly appId: string;
}

/** Outcome of an SDK call. */
export interface SdkResult {
  readonly answer?: Record<string, unknown>;
  readonly error?: Record<string, unknown>;
}

/** Browser page of a site, with its recorded callbacks. */
export interface SitePage {
  readonly page: Page;
  /** Requests so far, as `METHOD origin+path` without the query. */
  readonly requests: readonly string[];
  /**
   * Resolves with the arguments of the next call of a callback. Rejects if `onError` or `onCodeLoadFailed` is
   * called first.
   */
  next(callback: string): Promise<readonly unknown[]>;
  /** Starts a scan with the SDK, as a site does. */
  startScanning(options?: object): Promise<void>;
  /** Calls a method of the SDK. */
  callSdk(method: string, ...args: readonly unknown[]): Promise<SdkResult>;
  /** Calls a function of the page's own script. */
  run(name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Waits for the code and reads it from a screenshot. */
  readCode(): Promise<string>;
}

/** Opens the page of a site. */
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
    page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);

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
        () => `${callback} in the page, which recorded ${JSON.stringify(callbacks)}`,
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
