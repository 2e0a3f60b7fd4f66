import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { durationOf } from "../../src/base/durations.js";
import {
  type CreateTicketRequest,
  type SubmitCheckCodeRequest,
  TicketState,
} from "../../src/client/index.js";
import { fieldLimits } from "../../src/domain/field_limits.js";
import { newSecret, newTicketId, sha256 } from "../../src/domain/secrets.js";
import type { QrCodeStep, StatusResponse } from "../../src/http_types.js";
import { type FakeService, send, startFakeService, statusIn } from "../client/fake_service.js";
import { bitmapOf, decode } from "../qr/decode.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { type Browser, openBrowser } from "./browser.js";

let service: FakeService;
let gateway: TestGateway;
let browser: Browser;
let clock: ManualClock;
let created: CreateTicketRequest[];
let submitted: SubmitCheckCodeRequest[];

const textOf = (step: number) => `code ${step}`;

/** The step of this number, with 10 seconds left; the last one has none. */
const stepOf = (number: number, ms = 10_000) => ({
  number,
  qrContent: textOf(number),
  remainingDuration: durationOf(ms),
});
const pending = (step: number, ms?: number) =>
  statusIn(TicketState.PENDING, { qrCodeStep: stepOf(step, ms), remainingDuration: durationOf(100_000) });

async function start(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await startTestGateway(service.address, { clock, ...options });
  onTestFinished(() => gateway.stop());
  browser = openBrowser(gateway.url);
}

beforeEach(async () => {
  clock = createManualClock(Date.now());
  created = [];
  submitted = [];
  service = await startFakeService({
    createTicket(call) {
      created.push(call.request);
      const ids = { ticketId: newTicketId(), ticketSecret: newSecret(), qrContent: textOf(1) };
      const durations = { remainingDuration: durationOf(100_000), minPollInterval: durationOf(500) };
      return { ...ids, ...durations, qrCodeStep: stepOf(1) };
    },
    submitCheckCode(call) {
      submitted.push(call.request);
      return { state: TicketState.AUTHORIZED, revision: 4 };
    },
    watchStatus: (stream) => send(stream, pending(1)),
  });
  onTestFinished(() => service.stop());
});

const codeIn = (data: unknown) => (data as StatusResponse).qrCode as QrCodeStep;

async function readImage({ pictures }: QrCodeStep): Promise<string | undefined> {
  const { status, bytes } = await browser.get(pictures.png);
  expect(status).toBe(200);
  return (await decode(bitmapOf({ mediaType: "image/png", data: Uint8Array.from(bytes) }))).jsqr;
}

describe("a code that changes, at the gateway", () => {
  it("a new ticket has its first step, with the content and the images of the ticket", async () => {
    await start();
    const { qrCode, qrContent, pictures } = await browser.create();
    expect(qrCode).toEqual({ step: 1, qrContent, pictures, remainingMs: 10_000 });
  });

  it("each step is an event with an id of its own and with images of its content", async () => {
    await start();
    const { handle } = await browser.create();
    const events = browser.events(handle);
    for (const step of [1, 2, 3]) {
      if (step > 1) send(service.watches[0], pending(step));
      const event = await events.next();
      expect(event).toMatchObject({ id: `1.${step}`, data: { state: "PENDING", revision: 1 } });
      expect(codeIn(event?.data)).toMatchObject({ step, qrContent: textOf(step), remainingMs: 10_000 });
      expect(await readImage(codeIn(event?.data))).toBe(textOf(step));
    }
    send(service.watches[0], statusIn(TicketState.SCANNED));
    expect(await events.next()).toMatchObject({ id: "2", data: { state: "SCANNED", qrCode: null } });
  });

  it("a repetition of a step is no event", async () => {
    await start();
    const { handle } = await browser.create();
    const events = browser.events(handle);
    expect((await events.next())?.id).toBe("1.1");
    send(service.watches[0], pending(1, 4_000), pending(1, 3_000), pending(2));
    expect((await events.next())?.id).toBe("1.2");
  });

  it("polls return the current step with its time left, and one address of its image", async () => {
    await start();
    const { handle } = await browser.create();
    const status = async () => codeIn((await browser.status(handle)).json);
    const first = await status();
    clock.advance(4_000);
    expect(await status()).toEqual({ ...first, remainingMs: 6_000 });
    send(service.watches[0], pending(2));
    await expect.poll(status).toMatchObject({ step: 2, qrContent: textOf(2), remainingMs: 10_000 });
    clock.advance(15_000);
    expect(await status()).toMatchObject({ step: 2, remainingMs: 0 });
  });

  it("the last step has no time left", async () => {
    await start();
    const { handle } = await browser.create();
    await browser.status(handle);
    send(service.watches[0], pending(7, 0));
    const status = async () => codeIn((await browser.status(handle)).json);
    await expect.poll(status).toMatchObject({ step: 7, remainingMs: null });
  });

  it("no step of a code reaches the log", async () => {
    await start();
    const { handle } = await browser.create();
    const events = browser.events(handle);
    await events.next();
    send(service.watches[0], pending(2));
    await events.next();
    expect(gateway.logText()).not.toContain("code 1");
    expect(gateway.logText()).not.toContain("code 2");
  });
});

describe("the browser that a call names to the service", () => {
  it("the tickets of one browser have one screen id, which does not contain its cookie", async () => {
    await start();
    await browser.create();
    await browser.create();
    await openBrowser(gateway.url).create();
    const [first, second, other] = created.map(({ screenId }) => screenId);
    expect([first?.length, second]).toEqual([sha256("").length, first]);
    expect(first?.length).toBeLessThanOrEqual(fieldLimits.screenId);
    expect(other).not.toBe(first);
    expect([...browser.cookies.values()]).toHaveLength(1);
    for (const cookie of browser.cookies.values()) expect(first).not.toContain(cookie);
  });

  it("a ticket that is not bound to a browser has no screen id", async () => {
    await start({ appOptions: { shop: { bindToBrowser: false } } });
    await browser.create();
    expect(created).toMatchObject([{ screenId: "" }]);
  });

  it("a check code is submitted with the address of the browser, which a backend does not have", async () => {
    await start({ trustedProxies: ["127.0.0.1"], appOptions: { shop: { bindToBrowser: false } } });
    const { handle } = await browser.create();
    const address = { "x-forwarded-for": "203.0.113.9" };
    expect((await browser.submitCheckCode(handle, "123456", address)).status).toBe(200);
    await openBrowser(gateway.url, { browserHeaders: {} }).submitCheckCode(handle, "123456", address);
    expect(submitted).toMatchObject([
      { checkCode: "123456", ipAddress: "203.0.113.9" },
      { checkCode: "123456", ipAddress: "" },
    ]);
  });
});
