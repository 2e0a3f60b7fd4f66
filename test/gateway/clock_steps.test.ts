import { describe, expect, it } from "vitest";
import { clockSteps, createManualClock } from "../support/clock.js";
import { newHandleKey } from "../support/gateway.js";
import { approve, browser, clock, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

describe.each(clockSteps)("when the wall clock is set by %i ms while a page waits", (step) => {
  it("a handle stays valid, and its status has the true remaining time, when the wall clock is set", async () => {
    const ticket = await browser.create();
    clock.advance(20_000);
    clock.adjust(step);
    const { status, json } = await browser.status(ticket.handle);
    expect(status).toBe(200);
    expect(json).toMatchObject({ state: "PENDING", remainingMs: 100_000 });
  });

  it("a sign-in completes when the wall clock is set", async () => {
    const ticket = await browser.create();
    clock.adjust(step);
    await approve(ticket);
    await expect.poll(async () => (await browser.status(ticket.handle)).json.state).toBe("AUTHORIZED");
  });

  it("a code that is created after the wall clock is set expires by the new wall clock", async () => {
    clock.adjust(step);
    const { expiresAt, remainingMs } = await browser.create();
    expect(remainingMs).toBe(120_000);
    expect(Date.parse(expiresAt)).toBe(clock.wallNow() + 120_000);
  });
});

it("an image is available until its ticket expires, although the gateway's clock is ahead and is set", async () => {
  const ahead = createManualClock(clock.wallNow() + 3_600_000);
  await restartGateway({ clock: ahead });
  const { pictures } = await browser.create();
  ahead.adjust(3_600_000);
  ahead.advance(119_000);
  expect((await browser.get(pictures.svg)).status).toBe(200);
  ahead.adjust(-3_600_000);
  ahead.advance(2_000);
  expect((await browser.get(pictures.svg)).status).toBe(404);
});

it("a handle that was created after the wall clock was set is valid at a gateway that starts later", async () => {
  const handleKeys = [newHandleKey()];
  await restartGateway({ handleKeys });
  clock.adjust(7_200_000);
  const { handle } = await browser.create();
  const { cookies } = browser;
  await restartGateway({ handleKeys, clock: createManualClock(clock.wallNow()) });
  for (const [name, value] of cookies) browser.cookies.set(name, value);
  expect((await browser.status(handle)).status).toBe(200);
});
