import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AdminClient, CancelReason, createAdminClient, TicketState } from "../../src/client/index.js";
import { logIdOf, sha256Hex } from "../../src/domain/secrets.js";
import {
  type Calls,
  callersOf,
  checkCodeSettings,
  createAwaitingTicket,
  createTestTicket,
  scannedById,
  wrongCodeFor,
} from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";

const adminSecret = "secret-of-the-operators";
const admins = [{ id: "ops", secretSha256: sha256Hex(adminSecret) }];

let server: TestServer;
let clock: ManualClock;
let admin: AdminClient;
let shop: Calls;
let alice: Calls;

async function start(settings: object = {}): Promise<void> {
  clock = createManualClock();
  server = await startTestServer({ clock, settings: { admins, ...settings } });
  admin = createAdminClient({ address: server.address, adminId: "ops", adminSecret });
  const callers = callersOf(server.client);
  shop = callers.app("shop");
  alice = callers.user(await signToken("alice"));
}
beforeEach(() => start());
afterEach(async () => {
  admin.close();
  await server.stop();
});

const byLogId = (ticketId: string) =>
  admin.describeTicket({ ticket: { $case: "logId", value: logIdOf(ticketId) } });
const byId = (ticketId: string) => admin.describeTicket({ ticket: { $case: "ticketId", value: ticketId } });
const timeIn = (ms: number) => new Date(clock.wallNow() + ms);

describe("the description of a ticket", () => {
  it("is found by the hash in the log and by the id, and follows the ticket to its end", async () => {
    const created = await createTestTicket(shop);
    const pending = {
      ...{ logId: logIdOf(created.ticketId), appId: "shop", userPoolId: "customers" },
      ...{ state: TicketState.PENDING, cancelReason: CancelReason.UNSPECIFIED, revision: 1, scanned: false },
      ...{ checkCodeDigits: 0, wrongCheckCodes: 0, qrCodeChanges: false },
      ...{ approveTime: undefined, expireTime: timeIn(120_000), endTime: undefined, deleteTime: undefined },
    };
    expect(await byLogId(created.ticketId)).toEqual({ ticket: pending });
    expect(await byId(created.ticketId)).toEqual({ ticket: pending });
    await alice.markScanned(scannedById(created));
    expect((await byId(created.ticketId)).ticket).toMatchObject({
      ...{ state: TicketState.SCANNED, revision: 2, scanned: true },
    });
    await alice.cancel({ ticketId: created.ticketId });
    expect((await byLogId(created.ticketId)).ticket).toMatchObject({
      ...{ state: TicketState.CANCELLED, cancelReason: CancelReason.CANCELLED_BY_APPROVER, revision: 3 },
      ...{ scanned: true, expireTime: undefined, endTime: timeIn(0) },
    });
  });

  it("counts wrong check codes", async () => {
    await server.stop();
    admin.close();
    await start(checkCodeSettings);
    const ticket = await createAwaitingTicket(shop, alice);
    const proof = { ticketId: ticket.ticketId, ticketSecret: ticket.ticketSecret };
    await shop.submitCheckCode({ ...proof, checkCode: wrongCodeFor(ticket.checkCode) });
    expect((await byLogId(ticket.ticketId)).ticket).toMatchObject({
      ...{
        state: TicketState.AWAITING_CHECK_CODE,
        checkCodeDigits: 6,
        wrongCheckCodes: 1,
        approveTime: timeIn(0),
      },
    });
  });

  it("holds nothing about a user, a device or a network, and neither the id nor the QR content", async () => {
    const { ticketId, ticketSecret } = await createTestTicket(shop, {
      customData: { order: "order-4711" },
      requester: {
        ipAddress: "192.0.2.7",
        userAgent: "Agent/7",
        deviceName: "My desk",
        location: "Porto",
      } as never,
    });
    await alice.markScanned(scannedById({ ticketId }));
    await alice.authorize({ ticketId });
    const text = JSON.stringify(await byId(ticketId));
    for (const part of [
      ticketId,
      ticketSecret,
      "alice",
      "order-4711",
      "192.0.2.7",
      "Agent",
      "desk",
      "Porto",
    ]) {
      expect(text).not.toContain(part);
    }
    expect(text).not.toMatch(/example\.com/);
  });

  it.each([
    ["an unknown hash", { $case: "logId", value: "a".repeat(12) }, "TICKET_NOT_FOUND"],
    ["an unknown id", { $case: "ticketId", value: `${"a".repeat(21)}A` }, "TICKET_NOT_FOUND"],
    ["a malformed id", { $case: "ticketId", value: "{}" }, "TICKET_NOT_FOUND"],
    ["a hash of another length", { $case: "logId", value: "a".repeat(22) }, "INVALID_REQUEST"],
    ["no reference", undefined, "INVALID_REQUEST"],
  ])("fails for %s", async (_, ticket, reason) => {
    await createTestTicket(shop);
    const call = admin.describeTicket(ticket ? { ticket: ticket as never } : {});
    await expect(call).rejects.toMatchObject({ reason });
  });
});
