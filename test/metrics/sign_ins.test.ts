import { expect, it, onTestFinished } from "vitest";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import {
  callersOf,
  checkCodeSettings,
  createAuthorizedTicket,
  createAwaitingTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  wrongCodeFor,
} from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { scrapeOf } from "../support/scrape.js";
import { startTestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";

const aliceToken = await signToken("alice");

async function setUp(clock: ManualClock = createManualClock(Date.now()), options: TestServerOptions = {}) {
  const server = await startTestServer({ clock, ...options });
  onTestFinished(async () => {
    const stopped = server.stop();
    clock.advance(0);
    await stopped;
  });
  const { app, user } = callersOf(server.client);
  return {
    server,
    clock,
    shop: app("shop"),
    alice: user(aliceToken),
    scrape: () => scrapeOf(server.service),
  };
}

it("counts each event of a sign-in once, with the state that it ended", async () => {
  const { shop, alice, scrape } = await setUp();
  const ticket = await createAuthorizedTicket(shop, alice);
  // Repeated calls write nothing.
  responseOrThrow(await alice.markScanned({ $case: "qrContent", value: ticket.qrContent }));
  responseOrThrow(await alice.authorize({ ticketId: ticket.ticketId }));
  responseOrThrow(await shop.exchangeUserInfo({ exchangeTicket: ticket.exchangeTicket }));
  const { value, sum } = await scrape();
  for (const [event, from] of [
    ["created", ""],
    ["scanned", "PENDING"],
    ["authorized", "SCANNED"],
    ["exchanged", "AUTHORIZED"],
  ] as const)
    expect(value("qrlogin_tickets_total", { event, from }), event).toBe(1);
  expect(sum("qrlogin_tickets_total")).toBe(4);
  expect(value("qrlogin_app_tickets_total", { app: "shop", event: "exchanged" })).toBe(1);
});

it("tells apart how sign-ins end without success", async () => {
  const { shop, alice, scrape } = await setUp();
  const declined = await createScannedTicket(shop, alice);
  responseOrThrow(await alice.cancel({ ticketId: declined.ticketId }));
  responseOrThrow(await shop.withdraw(await createTestTicket(shop)));
  const { value } = await scrape();
  expect(value("qrlogin_tickets_total", { event: "declined", from: "SCANNED" })).toBe(1);
  expect(value("qrlogin_tickets_total", { event: "withdrawn", from: "PENDING" })).toBe(1);
});

it("counts wrong check codes, and the failure after the third", async () => {
  const { shop, alice, scrape } = await setUp(undefined, { settings: checkCodeSettings });
  const ticket = await createAwaitingTicket(shop, alice);
  const checkCode = wrongCodeFor(ticket.checkCode);
  for (let attempt = 0; attempt < 3; attempt += 1) await shop.submitCheckCode({ ...ticket, checkCode });
  const { value } = await scrape();
  const from = "AWAITING_CHECK_CODE";
  expect(value("qrlogin_tickets_total", { event: "check_code_shown", from: "SCANNED" })).toBe(1);
  expect(value("qrlogin_tickets_total", { event: "check_code_wrong", from })).toBe(2);
  expect(value("qrlogin_tickets_total", { event: "check_code_failed", from })).toBe(1);
});

it("measures how long people take for each step", async () => {
  const { clock, shop, alice, scrape } = await setUp();
  const ticket = await createTestTicket(shop);
  clock.advance(4_000);
  responseOrThrow(await alice.markScanned({ $case: "qrContent", value: ticket.qrContent }));
  clock.advance(3_000);
  responseOrThrow(await alice.authorize({ ticketId: ticket.ticketId }));
  const { status } = responseOrThrow(await shop.getStatus(ticket));
  clock.advance(1_000);
  responseOrThrow(await shop.exchangeUserInfo({ exchangeTicket: status?.exchangeTicket ?? "" }));
  const { value } = await scrape();
  const seconds = ["scan", "decision", "exchange", "sign_in"].map((step) =>
    value("qrlogin_ticket_step_seconds_sum", { step }),
  );
  expect(seconds).toEqual([4, 3, 1, 8]);
});

it("shows the live tickets by state, and none that has ended", async () => {
  const { shop, alice, scrape } = await setUp();
  await createTestTicket(shop);
  await createScannedTicket(shop, alice);
  responseOrThrow(await shop.withdraw(await createTestTicket(shop)));
  const { value } = await scrape();
  expect(
    ["PENDING", "SCANNED", "AUTHORIZED"].map((state) => value("qrlogin_live_tickets", { state })),
  ).toEqual([1, 1, 0]);
});

it("counts a ticket that a call finds expired once, whoever reads it again", async () => {
  const { clock, shop, scrape } = await setUp();
  const ticket = await createTestTicket(shop);
  clock.advance(119_000);
  clock.advance(1_000);
  await shop.getStatus(ticket);
  await shop.getStatus(ticket);
  const { value } = await scrape();
  expect(value("qrlogin_tickets_total", { event: "expired", from: "PENDING" })).toBe(1);
  expect(value("qrlogin_live_tickets", { state: "PENDING" })).toBe(0);
});

it("does not count a write that lost its race", async () => {
  let losses = 2;
  const { shop, alice, scrape } = await setUp(undefined, {
    store: (embedded) => ({
      ...embedded,
      replace: async (ticket, expectedWriteId) =>
        losses-- > 0 ? false : embedded.replace(ticket, expectedWriteId),
    }),
  });
  await createScannedTicket(shop, alice);
  expect(losses).toBe(-1);
  const { value, sum } = await scrape();
  expect(value("qrlogin_tickets_total", { event: "scanned", from: "PENDING" })).toBe(1);
  expect(sum("qrlogin_tickets_total")).toBe(2);
});

it("counts nothing for a ticket that cannot be created", async () => {
  const { shop, scrape } = await setUp(undefined, {
    store: (embedded) => ({
      ...embedded,
      create: async () => {
        throw new StoreUnavailableError("away");
      },
    }),
  });
  expect((await shop.createTicket({})).reason).toBe("STORE_UNAVAILABLE");
  expect((await scrape()).sum("qrlogin_tickets_total")).toBe(0);
});
