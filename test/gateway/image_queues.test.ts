import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appHeader, call, v2 } from "./authing_calls.js";
import { sendRequest, type TestResponse } from "./http.js";
import { browser, gateway, setUpGateway } from "./setup.js";

setUpGateway({ gateway: { trustedProxies: ["127.0.0.1"] } });

/** How many drawings the threads have answered. Node tells of every thread that is started. */
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
const pictureFor = (address: string, path: string) =>
  sendRequest(`${gateway.url}${path}`, { headers: { "x-forwarded-for": address } });

describe("an address that asks for more pictures than can be drawn", () => {
  it("is refused, and keeps no other address from its picture, nor anybody from a code of the Authing API", async () => {
    const codes = [await browser.create(), await browser.create()];
    const own = await browser.create();
    const answers: TestResponse[] = [];
    const flood = codes.flatMap(({ pictures }) =>
      [448, 512, 576, 640, 704, 768, 832, 896, 960, 1_024].flatMap((size) =>
        [0, 1, 2, 4, 8, 16].flatMap((margin) =>
          ["L", "M", "Q", "H"].map(async (level) => {
            const query = `size=${size}&margin=${margin}&errorCorrection=${level}`;
            answers.push(await pictureFor("198.51.100.66", `${pictures.png}?${query}`));
          }),
        ),
      ),
    );
    // Before anything is expected: what fails then leaves no rejections to nobody behind.
    const all = Promise.all(flood);
    all.catch(() => {});
    await expect.poll(() => answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json).toMatchObject({ reason: "RATE_LIMITED" });
    expect((await pictureFor(visitor, own.pictures.png)).status).toBe(200);
    expect(await call(`${v2}/gene`, {}, appHeader("shop"))).toMatchObject({ http: 200, code: 200 });
    // It was not last in the queue.
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(200);
    await gateway.stop();
    await all;
  });
});

describe("a picture", () => {
  it("that many ask for at once is drawn once, and is remembered", async () => {
    const { pictures } = await browser.create();
    const asked = Array.from({ length: 20 }, () => pictureFor(visitor, pictures.png));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await pictureFor(visitor, pictures.png)).status).toBe(200);
    expect(drawn).toBe(1);
  });

  it("as SVG is drawn once for all sizes and margins", async () => {
    const { pictures } = await browser.create();
    const texts = new Set<string>();
    for (const query of [
      "size=64&margin=0",
      "size=500&margin=7",
      "size=501&margin=7",
      "size=1024&margin=16",
    ]) {
      texts.add((await pictureFor(visitor, `${pictures.svg}?${query}`)).text);
    }
    expect(texts.size).toBe(4);
    expect(drawn).toBe(1);
  });
});
