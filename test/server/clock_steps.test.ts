import { beforeEach, describe, expect, it } from "vitest";
import type { Duration } from "../../gen/google/protobuf/duration.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import {
  asApp,
  checkCodeSettings,
  createAuthorizedTicket,
  createAwaitingTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
  watchOf,
} from "../support/callers.js";
import { clockSteps } from "../support/clock.js";
import { alice, clock, restartServer, server, shop, useTestServer } from "../support/test_server.js";

// This is the default of the configuration. The clock stands still, so no heartbeat comes by itself.
useTestServer({ settings: { watch: { heartbeatInterval: "15s" } } });

const ms = (duration: Duration | undefined) =>
  duration && duration.seconds * 1_000 + duration.nanos / 1_000_000;

describe.each(clockSteps)("the embedded store, when the wall clock is set by %i ms", (step) => {
  let before: number;
  beforeEach(() => {
    before = clock.wallNow();
  });

  it("keeps the lifetime of a ticket, and its expire time follows the wall clock", async () => {
    const held = await createTestTicket(shop);
    clock.advance(20_000);
    clock.adjust(step);
    const { status } = responseOrThrow(await shop.getStatus(held));
    expect(ms(status?.remainingDuration)).toBe(100_000);
    expect(status?.expireTime?.getTime()).toBe(clock.wallNow() + 100_000);
    const shown = responseOrThrow(await alice.markScanned(scannedById(held)));
    expect(ms(shown.remainingDuration)).toBe(100_000);
    expect(shown.expireTime?.getTime()).toBe(before + step + 120_000);
    clock.advance(99_999);
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.SCANNED);
    clock.advance(1);
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.EXPIRED);
  });

  it("gives a new ticket times of the wall clock, in its QR code too", async () => {
    clock.adjust(step);
    const answer = responseOrThrow(await shop.createTicket({}));
    expect(ms(answer.remainingDuration)).toBe(120_000);
    expect(answer.expireTime?.getTime()).toBe(before + step + 120_000);
    const code = JSON.parse(answer.qrContent);
    expect(Date.parse(code.createdAt)).toBe(before + step);
    expect(Date.parse(code.expireAt)).toBe(before + step + 120_000);
    responseOrThrow(await alice.markScanned(scannedByText(answer.qrContent)));
  });

  it("keeps sending heartbeats, and reports the end of a ticket in time", async () => {
    const held = await createTestTicket(shop);
    const watch = watchOf(server.client, asApp("shop"), held);
    await watch.next();
    clock.adjust(step);
    for (let beat = 1; beat <= 7; beat++) {
      await clock.advanceAsync(15_000);
      expect(ms((await watch.next())?.remainingDuration)).toBe(120_000 - beat * 15_000);
    }
    await clock.advanceAsync(15_000);
    expect((await watch.next())?.state).toBe(TicketState.EXPIRED);
  });

  it("keeps the lifetime of an exchange ticket, and returns the approval time by the wall clock", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    clock.adjust(step);
    clock.advance(299_999);
    const { approval, tokenSet } = responseOrThrow(await shop.exchangeUserInfo(held));
    expect(approval?.approveTime?.getTime()).toBe(before + step);
    const life = Number(ms(tokenSet?.remainingDuration));
    expect(tokenSet?.expireTime?.getTime()).toBe(clock.wallNow() + life);
  });

  it("keeps the time for a check code", async () => {
    await restartServer({ settings: { ...checkCodeSettings, tickets: { checkCodeTtl: "90s" } } });
    const held = await createAwaitingTicket(shop, alice);
    clock.advance(40_000);
    clock.adjust(step);
    expect(ms(responseOrThrow(await shop.getStatus(held)).status?.remainingDuration)).toBe(80_000);
    clock.advance(79_999);
    expect(responseOrThrow(await shop.submitCheckCode(held)).state).toBe(TicketState.AUTHORIZED);
  });
});
