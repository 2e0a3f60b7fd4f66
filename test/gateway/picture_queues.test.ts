import { describe, expect, it } from "vitest";
import { asking, call, v2 } from "./hosted_calls.js";
import { type Answer, ask } from "./http.js";
import { browser, gateway, setStage } from "./stage.js";

setStage();

describe("whoever asks for more pictures by name than can be drawn", () => {
  it("is refused, and keeps nobody from a code of their own", async () => {
    const { pictures } = await browser.create();
    const answers: Answer[] = [];
    // Each of another size, or it would be drawn once.
    const flood = Array.from({ length: 500 }, async (_, index) => {
      answers.push(await ask(`${gateway.url}${pictures.png}?size=${1_024 - index}`));
    });
    // Before anything is expected: what fails then leaves no rejections to nobody behind.
    const all = Promise.all(flood);
    all.catch(() => {});
    await expect.poll(() => answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json).toMatchObject({ reason: "RATE_LIMITED" });
    expect(await call(`${v2}/gene`, {}, asking("shop"))).toMatchObject({ http: 200, code: 200 });
    // It was not last in the queue.
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(200);
    await gateway.stop();
    await all;
  });
});
