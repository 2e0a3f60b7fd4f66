import { describe, expect, it, onTestFinished } from "vitest";
import { durationOf } from "../../src/base/durations.js";
import { TicketState } from "../../src/client/index.js";
import { newSecret, newTicketId } from "../../src/domain/secrets.js";
import { type FakeService, send, startFakeService, statusIn } from "../client/fake_service.js";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { startTestGateway } from "../support/gateway.js";
import { pageRoutes } from "./test_page.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

/** Page that shows a code whose steps the test decides. */
interface ChangingPage {
  readonly widget: WidgetPage;
  readonly service: FakeService;
  /** Sends a step to every page that watches. */
  sendStep(number: number): void;
}

const intervalMs = 10_000;
const textOf = (step: number) => `the code of step ${step}`;
const stepOf = (number: number) => ({
  number,
  qrContent: textOf(number),
  remainingDuration: durationOf(intervalMs),
});
const pending = (step: number) =>
  statusIn(TicketState.PENDING, { qrCodeStep: stepOf(step), remainingDuration: durationOf(100_000) });

async function openChangingPage(): Promise<ChangingPage> {
  let current = 1;
  const service = await startFakeService({
    createTicket: () => ({
      ...{ ticketId: newTicketId(), ticketSecret: newSecret(), qrContent: textOf(1) },
      ...{ remainingDuration: durationOf(100_000), minPollInterval: durationOf(500) },
      qrCodeStep: stepOf(1),
    }),
    watchStatus: (stream) => send(stream, pending(current)),
    withdraw: () => ({ state: TicketState.CANCELLED, revision: 2 }),
  });
  onTestFinished(() => service.stop());
  const gateway = await startTestGateway(service.address, { extend: pageRoutes });
  onTestFinished(() => gateway.stop());
  const widget = await openWidgetPage(await newContext(), gateway.url);
  return {
    widget,
    service,
    sendStep(number) {
      current = number;
      for (const stream of service.watches) send(stream, pending(number));
    },
  };
}

/** Records each change of the widget but the address of the image: classes, visibility, status text and height. */
const observe = `globalThis.changes = [];
  const box = document.querySelector("#qrcode div").shadowRoot.querySelector(".box");
  new MutationObserver((records) => {
    for (const { target, attributeName, oldValue } of records)
      if (target.getAttribute(attributeName) !== oldValue) changes.push(target.className + " " + attributeName);
  }).observe(box, { subtree: true, attributeOldValue: true, attributeFilter: ["class", "hidden", "aria-hidden"] });
  new MutationObserver(() => changes.push("status text"))
    .observe(box.querySelector(".state"), { subtree: true, childList: true, characterData: true });
  const height = box.offsetHeight;
  new ResizeObserver(() => box.offsetHeight !== height && changes.push("height")).observe(box);`;

describe.skipIf(!hasChromium)(`a code that changes in the widget, in Chromium${withoutChromium}`, () => {
  it("each step replaces the one before, and nothing else changes or is announced", async () => {
    const { widget, sendStep } = await openChangingPage();
    await widget.startScanning();
    expect(await widget.readCode()).toBe(textOf(1));
    await widget.waitForCall("onResult");
    await widget.evaluate(observe);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await widget.page.route(/\/pictures\//, async (route) => held.then(() => route.continue()), { times: 1 });
    sendStep(2);
    const [random, url] = await widget.waitForCall("onCodeChange");
    // While the next image is loading, the one before stays.
    expect(await widget.readCode()).toBe(textOf(1));
    release();
    expect(await widget.waitForCall("onCodeLoaded", 2)).toEqual([random, url]);
    expect(await widget.readCode()).toBe(textOf(2));
    sendStep(3);
    await widget.waitForCall("onCodeLoaded", 3);
    expect(await widget.readCode()).toBe(textOf(3));
    expect(await widget.evaluate("changes")).toEqual([]);
    expect(widget.callsOf("onCodeShow")).toHaveLength(1);
    expect(widget.callsOf("cspViolation")).toEqual([]);
  });

  it("a step that repeats is not loaded again", async () => {
    const { widget, sendStep } = await openChangingPage();
    await widget.startScanning();
    await widget.waitForCall("onCodeLoaded");
    sendStep(1);
    sendStep(2);
    await widget.waitForCall("onCodeLoaded", 2);
    expect(widget.callsOf("onCodeChange")).toHaveLength(1);
  });

  it("a code is covered when the next one does not arrive in time, until it does", async () => {
    const { widget, sendStep } = await openChangingPage();
    const now = Date.now();
    await widget.page.clock.install({ time: now });
    await widget.page.clock.pauseAt(now + 1_000);
    await widget.startScanning();
    await widget.waitForCall("onCodeLoaded");
    await widget.page.clock.runFor(intervalMs + 999);
    expect(await widget.box.locator(".overlay").isVisible()).toBe(false);
    await widget.page.clock.runFor(1);
    await widget.box.locator(".overlay").waitFor();
    expect(await widget.box.locator(".code").getAttribute("class")).toBe("code");
    sendStep(2);
    expect(await widget.readCode()).toBe(textOf(2));
    expect(await widget.box.locator(".overlay").isVisible()).toBe(false);
  });

  it("a page that comes back shows no old code, makes no request while hidden, and loads the current one", async () => {
    const { widget, service, sendStep } = await openChangingPage();
    await widget.page.clock.install();
    await widget.startScanning();
    await widget.waitForCall("onCodeLoaded");
    await widget.waitForCall("onResult");
    await widget.evaluate("setHidden(true)");
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    sendStep(4);
    await widget.page.clock.runFor(3 * intervalMs);
    expect(requests).toEqual([]);
    // In the same task as the event, and so before the page is drawn.
    const isCovered =
      await widget.evaluate(`setHidden(false), Promise.resolve().then(() => Promise.resolve()).then(() =>
      !document.querySelector("#qrcode div").shadowRoot.querySelector(".code").classList.contains("loaded"))`);
    expect(isCovered).toBe(true);
    expect(await widget.readCode()).toBe(textOf(4));
    expect(service.count("createTicket")).toBe(1);
  });

  it("a step whose image fails to load is loaded again", async () => {
    const { widget, sendStep } = await openChangingPage();
    await widget.startScanning();
    await widget.waitForCall("onCodeLoaded");
    await widget.page.route(/\/pictures\//, (route) => route.abort(), { times: 1 });
    sendStep(2);
    await widget.waitForCall("onCodeLoadFailed");
    await widget.waitForCall("onCodeLoaded", 2);
    expect(await widget.readCode()).toBe(textOf(2));
  });

  it("a page that shows the code itself receives each step with the address of its image", async () => {
    const { widget, sendStep } = await openChangingPage();
    await widget.evaluate(`(async () => {
      globalThis.code = await QrLogin.geneCode({ appId: "shop" });
      QrLogin.startPolling(code.random, callbacks());
    })()`);
    const random = await widget.evaluate("code.random");
    expect(await widget.waitForCall("onCodeChange")).toEqual([random, expect.stringContaining("/pictures/")]);
    sendStep(2);
    const [, url] = await widget.waitForCall("onCodeChange", 2);
    const response = await widget.evaluate(`fetch(${JSON.stringify(url)}).then(({ status }) => status)`);
    expect(response).toBe(200);
    const [status] = await widget.waitForCall("onResult", 2);
    expect(status).toMatchObject({ qrCode: { step: 2, qrContent: textOf(2), url } });
    expect(await widget.evaluate("QrLogin.checkStatus(code.random)")).toMatchObject({ qrCode: { step: 2 } });
  });
});

describe.skipIf(!hasChromium)(
  `a code that changes, with the real service, in Chromium${withoutChromium}`,
  () => {
    it("the newest code on the screen is accepted, and a picture of an earlier one is not", async () => {
      const policy = { qrRotation: { interval: "10s", overlap: "3s" } };
      const { alice, clock, ...environment } = await startWidgetEnvironment(policy);
      const widget = await openWidgetPage(await newContext(), (await environment.gateway({ clock })).url);
      await widget.page.clock.install({ time: clock.now() });
      await widget.page.clock.pauseAt(clock.now() + 1);
      await widget.startScanning();
      const first = await widget.readCode();
      await widget.waitForCall("onResult");
      await clock.advanceAsync(10_000);
      await widget.waitForCall("onCodeLoaded", 2);
      await clock.advanceAsync(10_000);
      await widget.waitForCall("onCodeLoaded", 3);
      const newest = await widget.readCode();
      expect(newest).not.toBe(first);
      await expect(alice.scan(first)).rejects.toMatchObject({ reason: "QR_ROTATED" });
      await alice.scan(newest);
      await widget.waitForState("scanned");
    });
  },
);
