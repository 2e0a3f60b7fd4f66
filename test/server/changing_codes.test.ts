import { describe, expect, it } from "vitest";
import type { Duration } from "../../gen/google/protobuf/duration.js";
import { type CreateTicketResponse, QrImageFormat } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type QrCodeStep, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { newQrKey, qrStepProofOf } from "../../src/domain/secrets.js";
import { bitmapOf, decode } from "../qr/decode.js";
import {
  asApp,
  everyCapability,
  responseOrThrow,
  scannedById,
  scannedByText,
  watchOf,
} from "../support/callers.js";
import { clockSteps } from "../support/clock.js";
import { expectError } from "../support/expect_error.js";
import {
  alice,
  bob,
  clock,
  restartServer,
  server,
  shop,
  useTestServer,
  writtenTickets,
} from "../support/test_server.js";

const qrRotation = { interval: "10s", overlap: "3s", maxSteps: 9 };
const settings = { policy: { qrRotation }, watch: { heartbeatInterval: "15s" } };
useTestServer({ settings });

const ms = ({ seconds, nanos }: Duration = { seconds: Number.NaN, nanos: 0 }) =>
  seconds * 1_000 + nanos / 1_000_000;

async function create(request = {}): Promise<CreateTicketResponse> {
  return responseOrThrow(await shop.createTicket({ ...everyCapability, ...request }));
}

async function shownStep(held: CreateTicketResponse): Promise<QrCodeStep | undefined> {
  return responseOrThrow(await shop.getStatus(held)).status?.qrCodeStep;
}

/** Returns the text with another `random`. */
function withRandom(qrContent: string, change: (random: string) => string): string {
  const content = JSON.parse(qrContent);
  return JSON.stringify({ ...content, random: change(content.random) });
}

describe("a ticket whose code changes", () => {
  it("has the first step in the response of CreateTicket, and lives no longer than its codes", async () => {
    const held = await create({ ttl: { seconds: 600, nanos: 0 } });
    expect(held.qrCodeStep).toEqual({
      number: 1,
      qrContent: held.qrContent,
      remainingDuration: { seconds: 10, nanos: 0 },
    });
    expect(ms(held.remainingDuration)).toBe(90_000);
    const { random, createdAt, expireAt } = JSON.parse(held.qrContent);
    expect(random).toMatch(new RegExp(`^${held.ticketId}\\.0001\\.[\\w-]{12}$`));
    expect(Date.parse(expireAt) - Date.parse(createdAt)).toBe(90_000);
  });

  it("draws the first code if an image was requested", async () => {
    const held = await create({ qrImage: { format: QrImageFormat.PNG } });
    const { mediaType = "", data = new Uint8Array() } = held.qrImage ?? {};
    expect(await decode(bitmapOf({ mediaType, data } as never))).toEqual({
      jsqr: held.qrContent,
      zxing: held.qrContent,
    });
  });

  it("shows each code with the time left, in texts that differ only in the step", async () => {
    const held = await create();
    const seen = new Set([held.qrContent]);
    for (let number = 2; number <= 9; number++) {
      clock.advance(10_000);
      const step = await shownStep(held);
      expect(step).toMatchObject({ number, remainingDuration: { seconds: number === 9 ? 0 : 10, nanos: 0 } });
      const text = step?.qrContent ?? "";
      seen.add(text);
      expect(text).toHaveLength(held.qrContent.length);
      expect(withRandom(text, () => "")).toBe(withRandom(held.qrContent, () => ""));
    }
    expect(seen.size).toBe(9);
    clock.advance(4_000);
    expect(ms((await shownStep(held))?.remainingDuration)).toBe(0);
    clock.advance(6_000);
    expect(responseOrThrow(await shop.getStatus(held)).status).toMatchObject({
      state: TicketState.EXPIRED,
      qrCodeStep: undefined,
    });
  });

  it("is scanned by the code on the screen, also in the overlap, and then shows none", async () => {
    for (const elapsed of [0, 9_999, 10_000, 12_999]) {
      const held = await create();
      clock.advance(elapsed);
      responseOrThrow(await alice.markScanned(scannedByText(held.qrContent)));
      expect(await shownStep(held)).toBeUndefined();
      responseOrThrow(await alice.authorize(held));
      expect(await shownStep(held)).toBeUndefined();
    }
  });

  it("rejects an old picture and the bare id with QR_ROTATED, and is still scanned by the new code", async () => {
    const held = await create();
    clock.advance(13_000);
    for (const scanned of [scannedByText(held.qrContent), scannedById(held)]) {
      expectError(await alice.markScanned(scanned), "FAILED_PRECONDITION", "QR_ROTATED", {
        state: "PENDING",
      });
    }
    const bare = withRandom(held.qrContent, () => held.ticketId);
    expectError(await alice.markScanned(scannedByText(bare)), "FAILED_PRECONDITION", "QR_ROTATED", {
      state: "PENDING",
    });
    expect(responseOrThrow(await shop.getStatus(held)).status).toMatchObject({
      state: TicketState.PENDING,
      revision: 1,
    });
    responseOrThrow(await bob.markScanned(scannedByText((await shownStep(held))?.qrContent ?? "")));
  });

  it("rejects a forged step with QR_CONTENT_INVALID, without the state", async () => {
    const held = await create();
    const other = await create();
    const proofOfOther = JSON.parse(other.qrContent).random.slice(-12);
    const forgeries = [
      (random: string) => random.replace(".0001.", ".0002."),
      (random: string) => `${random.slice(0, -1)}${random.endsWith("A") ? "B" : "A"}`,
      () => `${held.ticketId}.0001.${proofOfOther}`,
      () => `${held.ticketId}.0001.${qrStepProofOf(held.ticketId, newQrKey(), 1)}`,
    ].map((change) => withRandom(held.qrContent, change));
    for (const forged of forgeries) {
      expectError(await alice.markScanned(scannedByText(forged)), "INVALID_ARGUMENT", "QR_CONTENT_INVALID");
    }
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.PENDING);
  });

  it("returns the same to a phone that repeats its scan, with an old code or the bare id", async () => {
    const held = await create();
    const first = responseOrThrow(await alice.markScanned(scannedByText(held.qrContent)));
    clock.advance(30_000);
    for (const scanned of [scannedByText(held.qrContent), scannedById(held)]) {
      const { revision, state } = responseOrThrow(await alice.markScanned(scanned));
      expect([revision, state]).toEqual([first.revision, TicketState.SCANNED]);
      expectError(await bob.markScanned(scanned), "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
    }
  });

  it("reports its end to whoever scans any of its codes afterwards", async () => {
    const held = await create();
    responseOrThrow(await shop.withdraw(held));
    for (const scanned of [scannedByText(held.qrContent), scannedById(held)]) {
      expectError(await alice.markScanned(scanned), "FAILED_PRECONDITION", "TICKET_CANCELLED", {
        state: "CANCELLED",
      });
    }
  });

  it("keeps no key once it has ended", async () => {
    const held = await create();
    const key = writtenTickets[0]?.qrRotation?.key;
    expect(key).toMatch(/^[\w-]{22}$/);
    responseOrThrow(await shop.withdraw(held));
    expect(JSON.stringify(writtenTickets.at(-1))).not.toContain(key);
  });

  it.each(clockSteps)("keeps its steps when the wall clock is set by %i ms", async (step) => {
    const held = await create();
    clock.adjust(step);
    clock.advance(20_000);
    expect(await shownStep(held)).toMatchObject({ number: 3, remainingDuration: { seconds: 10, nanos: 0 } });
    expectError(await alice.markScanned(scannedByText(held.qrContent)), "FAILED_PRECONDITION", "QR_ROTATED", {
      state: "PENDING",
    });
    responseOrThrow(await alice.markScanned(scannedByText((await shownStep(held))?.qrContent ?? "")));
  });
});

describe("the watch", () => {
  it("sends each step at its time, with the same revision, and heartbeats in between", async () => {
    const held = await create();
    const watch = watchOf(server.client, asApp("shop"), held);
    const seen: unknown[] = [];
    const note = async () => {
      const status = await watch.next();
      seen.push([status?.revision, status?.qrCodeStep?.number, ms(status?.qrCodeStep?.remainingDuration)]);
      return status?.qrCodeStep?.qrContent ?? "";
    };
    expect(await note()).toBe(held.qrContent);
    await clock.advanceAsync(10_000);
    await note();
    await clock.advanceAsync(5_000);
    await note();
    await clock.advanceAsync(5_000);
    const newest = await note();
    expect(seen).toEqual([
      [1, 1, 10_000],
      [1, 2, 10_000],
      [1, 2, 5_000],
      [1, 3, 10_000],
    ]);
    responseOrThrow(await alice.markScanned(scannedByText(newest)));
    expect(await watch.next()).toMatchObject({
      state: TicketState.SCANNED,
      revision: 2,
      qrCodeStep: undefined,
    });
    watch.cancel();
  });
});

describe("the policy", () => {
  it("leaves the code alone if the creator does not say that it draws the steps", async () => {
    const held = await create({ capabilities: [] });
    expect(held.qrCodeStep).toBeUndefined();
    expect(JSON.parse(held.qrContent).random).toBe(held.ticketId);
    expect(ms(held.remainingDuration)).toBe(120_000);
    clock.advance(60_000);
    responseOrThrow(await alice.markScanned(scannedByText(held.qrContent)));
  });

  it("leaves the code of a ticket alone without an interval, and a step is then a forgery", async () => {
    await restartServer({
      settings: { ...settings, policy: { qrRotation: { ...qrRotation, interval: "0s" } } },
    });
    const held = await create();
    expect(held.qrCodeStep).toBeUndefined();
    expect(JSON.parse(held.qrContent).random).toBe(held.ticketId);
    expect(await shownStep(held)).toBeUndefined();
    const forged = withRandom(held.qrContent, (random) => `${random}.0001.AAAAAAAAAAAA`);
    expectError(await alice.markScanned(scannedByText(forged)), "INVALID_ARGUMENT", "QR_CONTENT_INVALID");
    responseOrThrow(await alice.markScanned(scannedById(held)));
  });
});
