import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appHeader, call, v2 } from "./authing_calls.js";
import { sendRequest, type TestResponse } from "./http.js";
import { browser, gateway, setUpGateway } from "./setup.js";

setUpGateway({ gateway: { trustedProxies: ["127.0.0.1"] } });

/** Number of drawings by worker threads. Node.js emits an event for every new thread. */
let drawn = 0;
const onThread = (thread: Worker) => thread.on("message", () => drawn++);
beforeEach(() => {
  drawn = 0;
  process.on("worker", onThread);
});
afterEach(() => {
  process.off("worker", onThread);
});

const visitor = "203.0.113.7";
const imageFor = (address: string, path: string) =>
  sendRequest(`${gateway.url}${path}`, { headers: { "x-forwarded-for": address } });

describe("an address that requests more images than can be drawn", () => {
  it("a flood of image requests is rejected, and delays no other address and no Authing API call", async () => {
    const codes = [await browser.create(), await browser.create()];
    const own = await browser.create();
    const answers: TestResponse[] = [];
    const flood = codes.flatMap(({ pictures }) =>
      [448, 512, 576, 640, 704, 768, 832, 896, 960, 1_024].flatMap((size) =>
        [0, 1, 2, 4, 8, 16].flatMap((margin) =>
          ["L", "M", "Q", "H"].map(async (level) => {
            const query = `size=${size}&margin=${margin}&errorCorrection=${level}`;
            answers.push(await imageFor("198.51.100.66", `${pictures.png}?${query}`));
          }),
        ),
      ),
    );
    // A handler is attached before the first expectation: if that fails, no rejection may remain unhandled.
    const all = Promise.all(flood);
    all.catch(() => {});
    await expect.poll(() => answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const rejected = answers.find(({ status }) => status === 429);
    expect(rejected?.json).toMatchObject({ reason: "RATE_LIMITED" });
    expect((await imageFor(visitor, own.pictures.png)).status).toBe(200);
    expect(await call(`${v2}/gene`, {}, appHeader("shop"))).toMatchObject({ http: 200, code: 200 });
    // The other address's request was not last in the queue.
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(200);
    await gateway.stop();
    await all;
  });
});

describe("caching of images", () => {
  it("an image that many callers request at once is drawn once and cached", async () => {
    const { pictures } = await browser.create();
    const asked = Array.from({ length: 20 }, () => imageFor(visitor, pictures.png));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await imageFor(visitor, pictures.png)).status).toBe(200);
    expect(drawn).toBe(1);
  });

  it("an SVG is drawn once for all sizes and margins", async () => {
    const { pictures } = await browser.create();
    const texts = new Set<string>();
    for (const query of [
      "size=64&margin=0",
      "size=500&margin=7",
      "size=501&margin=7",
      "size=1024&margin=16",
    ]) {
      texts.add((await imageFor(visitor, `${pictures.svg}?${query}`)).text);
    }
    expect(texts.size).toBe(4);
    expect(drawn).toBe(1);
  });
});
