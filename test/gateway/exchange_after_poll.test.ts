import { expect, it } from "vitest";
import { flushPromises } from "../support/clock.js";
import { approve, browser, clock, setUpGateway } from "./setup.js";

setUpGateway({
  service: { settings: { tickets: { minPollInterval: "500ms" } } },
  // The gateway holds twice as many watches as it may have streams.
  gateway: { limits: { streams: 1 }, appOptions: { shop: { exchangeFromBrowser: true } } },
});

it("a page can exchange right after a poll that called the service, because no watch was free", async () => {
  for (let watch = 0; watch < 2; watch++) await browser.status((await browser.create()).handle);
  const created = await browser.create();
  await approve(created);
  expect((await browser.status(created.handle)).json).toMatchObject({ state: "AUTHORIZED" });
  let isAnswered = false;
  const answer = browser.exchange(created.handle).finally(() => {
    isAnswered = true;
  });
  while (!isAnswered && !clock.runNext(500)) await flushPromises();
  expect((await answer).json).toMatchObject({ user: { userId: "subject-of-alice" } });
});
