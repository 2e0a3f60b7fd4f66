import { describe, expect, it } from "vitest";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import {
  asApp,
  callersOf,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
  watchOf,
} from "../support/callers.js";
import { alice, clock, server, shop, useTestServer, writtenTickets } from "../support/test_server.js";
import { signToken } from "../support/tokens.js";

useTestServer({
  settings: {
    policy: {
      qrRotation: { interval: "10s", overlap: "3s", maxSteps: 12 },
      // A phone that scans every second.
      limits: { scansPerApprover: 60 },
    },
  },
});

const shownText = async (held: { ticketId: string; ticketSecret: string }) =>
  responseOrThrow(await shop.getStatus(held)).status?.qrCodeStep?.qrContent ?? "";

describe("T1 QRLjacking, by a stored picture", () => {
  it("an old picture is refused for as long as the ticket lives, and the screen's own code is not", async () => {
    const held = await createTestTicket(shop, { ttl: { seconds: 600, nanos: 0 } });
    const picture = scannedByText(held.qrContent);
    clock.advance(13_000);
    for (let elapsed = 13; elapsed < 120; elapsed += 10) {
      expect((await alice.markScanned(picture)).reason).toBe("QR_ROTATED");
      clock.advance(10_000);
    }
    expect((await alice.markScanned(picture)).reason).toBe("TICKET_EXPIRED");
    const next = await createTestTicket(shop);
    clock.advance(60_000);
    responseOrThrow(await alice.markScanned(scannedByText(await shownText(next))));
  });

  it("a live relay passes: whoever shows the current code can still be scanned", async () => {
    const held = await createTestTicket(shop);
    clock.advance(50_000);
    const relayed = await shownText(held);
    clock.advance(12_000);
    responseOrThrow(await alice.markScanned(scannedByText(relayed)));
  });

  it("one code does not tell another: guesses for all other steps fail", async () => {
    const held = await createTestTicket(shop);
    for (let number = 2; number <= 12; number++) {
      const guess = held.qrContent.replace(".0001.", `.${String(number).padStart(4, "0")}.`);
      clock.advance(9_000);
      expect((await alice.markScanned(scannedByText(guess))).reason).toBe("QR_CONTENT_INVALID");
    }
  });
});

describe("T31 Downgrade", () => {
  it("a phone that leaves out the step cannot scan, in either form", async () => {
    const held = await createTestTicket(shop);
    const bare = held.qrContent.replace(/\.0001\.[\w-]{12}"/, '"');
    expect(JSON.parse(bare).random).toBe(held.ticketId);
    for (const scanned of [scannedById(held), scannedByText(bare)]) {
      expect((await alice.markScanned(scanned)).reason).toBe("QR_ROTATED");
    }
    const { user } = callersOf(server.client);
    const bob = user(await signToken("bob"));
    expect((await bob.authorize(held)).reason).toBe("TICKET_NOT_SCANNED");
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.PENDING);
  });
});

describe("T11 Leaks in logs", () => {
  it("the log at level trace has no code, proof or key, whatever is scanned", async () => {
    const held = await createTestTicket(shop);
    const watch = watchOf(server.client, asApp("shop"), held);
    const texts = [(await watch.next())?.qrCodeStep?.qrContent ?? ""];
    await clock.advanceAsync(10_000);
    texts.push((await watch.next())?.qrCodeStep?.qrContent ?? "");
    await clock.advanceAsync(3_000);
    const [first = "", current = ""] = texts;
    const forged = current.replace(".0002.", ".0003.");
    for (const text of [first, forged, `${current} `, current, first, forged]) {
      await alice.markScanned(scannedByText(text));
    }
    responseOrThrow(await alice.authorize(held));
    await shop.withdraw(held);
    await watch.ended;
    const reasons = server.lines.map(({ reason }) => reason).filter(Boolean);
    expect(reasons).toEqual(expect.arrayContaining(["QR_ROTATED", "QR_CONTENT_INVALID"]));
    const randoms = texts.map((text) => JSON.parse(text).random as string);
    const secrets = [
      ...randoms,
      ...randoms.map((random) => random.slice(-12)),
      writtenTickets[0]?.qrRotation?.key ?? "no key",
      held.ticketId,
    ];
    expect(new Set(secrets).size).toBe(6);
    expect(secrets.filter((secret) => server.logText().includes(secret))).toEqual([]);
  });
});
