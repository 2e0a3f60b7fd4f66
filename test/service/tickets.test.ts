import { describe, expect, test, vi } from "vitest";
import { defaultPolicy } from "../../src/domain/policy.js";
import { exchangeDigestOf, newSecret, newTicketId } from "../../src/domain/secrets.js";
import type { TicketState } from "../../src/domain/ticket.js";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import { alice, approver, bob, lifetimes, profileOf, shop } from "../support/tickets.js";
import { createParameters, createService, ticketIdOnly, ttlPolicy } from "./service_fixture.js";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const otherApp = { id: "other-shop", userPool: shop.userPool };

/** Expects that the work rejects with the reason; without `currentState`, that the error has no state. */
async function expectTicketError(
  work: Promise<unknown>,
  reason: ErrorReason,
  currentState?: TicketState,
): Promise<void> {
  await expect(work).rejects.toMatchObject({ name: "TicketError", reason, currentState });
}

describe("the creation of a ticket", () => {
  test("a new ticket has one digest and no credential", async () => {
    const { createIn, stored } = createService();
    const { id, proof, exchangeTicket } = await createIn("AUTHORIZED");
    const ticket = await stored(id);
    expect(ticket.exchangeDigest).toBe(exchangeDigestOf(exchangeTicket));
    const text = JSON.stringify(ticket);
    expect(text).not.toContain(proof.ticketSecret);
    expect(text).not.toContain(exchangeTicket.split(".")[1]);
  });

  test.each([
    [undefined, ttlPolicy.ttl],
    [1, ttlPolicy.minTtl],
    [45_000, 45_000],
    [10_000_000, ttlPolicy.maxTtl],
  ])("prepare limits a requested lifetime of %s to %i ms", async (ttl, granted) => {
    const { clock, tickets } = createService();
    expect(tickets.prepare(shop, { ...createParameters, ttl }).ticket.expiresAt).toBe(clock.now() + granted);
  });

  test("a ticket keeps the changing codes of the policy at its creation", async () => {
    let qrRotation = { interval: 10_000, overlap: 3_000, maxSteps: 12 };
    const policy = {
      ...defaultPolicy,
      get qrRotation() {
        return qrRotation;
      },
    };
    const { create, scan, stored } = createService({}, policy);
    const { id } = await create();
    qrRotation = { interval: 0, overlap: 1_000, maxSteps: 2 };
    expect((await stored(id)).qrRotation).toMatchObject({ interval: 10_000, overlap: 3_000, maxSteps: 12 });
    await expectTicketError(scan(id), "QR_ROTATED", "PENDING");
    expect((await stored((await create()).id)).qrRotation).toBeUndefined();
  });

  test("prepare stores nothing", async () => {
    const { memory, tickets } = createService();
    tickets.prepare(shop, createParameters);
    expect(memory.size).toBe(0);
  });
});

describe("a login", () => {
  test("a login goes from scan to exchange and returns the approval once", async () => {
    const { create, tickets, scan, authorize, stored } = createService();
    const { id, proof, exchangeTicket } = await create();
    expect(await scan(id)).toMatchObject({ state: "SCANNED", revision: 2 });
    expect(await authorize(id)).toMatchObject({ state: "AUTHORIZED", revision: 3 });
    expect(await tickets.get(shop, proof)).toMatchObject({ state: "AUTHORIZED" });
    const before = await tickets.exchange(shop, exchangeTicket, "");
    expect(before.approval?.profile).toEqual(alice.profile);
    expect(await stored(id)).toMatchObject({
      state: "EXCHANGED",
      revision: 4,
      approval: undefined,
      scannedBy: undefined,
    });
    await expectTicketError(
      tickets.exchange(shop, exchangeTicket, ""),
      "TICKET_ALREADY_EXCHANGED",
      "EXCHANGED",
    );
  });

  test("a second scan by the same user changes nothing", async () => {
    const { createIn, scan, stored } = createService();
    const { id } = await createIn("SCANNED");
    const first = await stored(id);
    expect(await scan(id)).toEqual(first);
    expect(await stored(id)).toEqual(first);
  });

  test("the approval starts a second lifetime, which ends in expiry too", async () => {
    const { clock, createIn, tickets, authorize } = createService();
    const { id, proof, exchangeTicket } = await createIn("SCANNED");
    clock.advance(119_000);
    await authorize(id);
    clock.advance(lifetimes.authorized - 1);
    expect(await tickets.get(shop, proof)).toMatchObject({ state: "AUTHORIZED" });
    clock.advance(1);
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "TICKET_EXPIRED", "EXPIRED");
  });
});

describe("access", () => {
  test("an unknown id, another app's ticket and a wrong secret all get TICKET_NOT_FOUND", async () => {
    const { createIn, tickets, stored } = createService();
    const { id, proof, exchangeTicket } = await createIn("AUTHORIZED");
    const before = await stored(id);
    const wrongSecret = { ...proof, ticketSecret: newSecret() };
    const unknown = { ...proof, ticketId: newTicketId() };
    for (const [app, given] of [
      [otherApp, proof],
      [shop, wrongSecret],
      [shop, unknown],
    ] as const) {
      await expectTicketError(tickets.get(app, given), "TICKET_NOT_FOUND");
      await expectTicketError(tickets.withdraw(app, given), "TICKET_NOT_FOUND");
    }
    const [, mac] = exchangeTicket.split(".");
    await expectTicketError(tickets.exchange(otherApp, exchangeTicket, ""), "TICKET_NOT_FOUND");
    await expectTicketError(tickets.exchange(shop, `${id}.${newSecret()}`, ""), "TICKET_NOT_FOUND");
    await expectTicketError(tickets.exchange(shop, `${newTicketId()}.${mac}`, ""), "TICKET_NOT_FOUND");
    await expectTicketError(tickets.exchange(shop, "garbage", ""), "TICKET_NOT_FOUND");
    expect(await stored(id)).toEqual(before);
  });

  test("a user of another pool may do nothing", async () => {
    const { create, tickets, scan, authorize, stored } = createService();
    const { id } = await create();
    const outsider = approver("mallory", { userPoolId: "staff" });
    await expectTicketError(scan(id, outsider), "USER_POOL_MISMATCH");
    await expectTicketError(authorize(id, outsider), "USER_POOL_MISMATCH");
    await expectTicketError(tickets.cancel(outsider, id), "USER_POOL_MISMATCH");
    expect(await stored(id)).toMatchObject({ state: "PENDING", revision: 1 });
  });

  test("only the scanner decides", async () => {
    const { createIn, tickets, scan, authorize, stored } = createService();
    const { id } = await createIn("SCANNED");
    await expectTicketError(scan(id, bob), "SCANNED_BY_ANOTHER_USER");
    await expectTicketError(authorize(id, bob), "SCANNED_BY_ANOTHER_USER");
    await expectTicketError(tickets.cancel(bob, id), "SCANNED_BY_ANOTHER_USER");
    expect(await stored(id)).toMatchObject({ state: "SCANNED", revision: 2 });
  });

  test.each([{ scene: "OTHER" }, { userPoolId: "staff" }])(
    "a code that does not match its ticket is rejected before the user pool is checked: %j",
    async (changes) => {
      const { create, tickets, stored } = createService();
      const { id } = await create();
      const outsider = approver("mallory", { userPoolId: "staff" });
      const scan = ticketIdOnly(id);
      await expectTicketError(
        tickets.markScanned(outsider, { ...scan, code: { ...scan.code, ...changes } }),
        "QR_CONTENT_INVALID",
      );
      expect(await stored(id)).toMatchObject({ state: "PENDING" });
    },
  );

  test("an exchange without the required code verifier leaves the ticket exchangeable", async () => {
    const { createIn, tickets, stored } = createService();
    const { id, exchangeTicket } = await createIn("AUTHORIZED", { codeChallenge });
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "PROOF_INVALID");
    await expectTicketError(tickets.exchange(shop, exchangeTicket, "wrong"), "PROOF_INVALID");
    expect(await stored(id)).toMatchObject({ state: "AUTHORIZED" });
    expect(await tickets.exchange(shop, exchangeTicket, verifier)).toMatchObject({ id });
  });
});

describe("the ends of a ticket until its deletion", () => {
  test("a read writes EXPIRED, and the ticket is deleted after the retention", async () => {
    const { clock, access, create, tickets, scan, memory } = createService();
    const { id, proof } = await create({ ttl: 30_500 });
    // Between two buckets of the sweep, so that the read comes first.
    clock.advance(30_500);
    expect(await memory.get(id)).toMatchObject({ state: "PENDING" });
    const expired = await tickets.get(shop, proof);
    expect(expired).toMatchObject({
      state: "EXPIRED",
      revision: 2,
      purgeAt: clock.now() + lifetimes.retention,
    });
    expect(await access.store.get(id)).toEqual(expired);
    await expectTicketError(scan(id), "TICKET_EXPIRED", "EXPIRED");
    clock.advance(lifetimes.retention);
    await expectTicketError(tickets.get(shop, proof), "TICKET_NOT_FOUND");
  });

  test("a cancellation is repeated for the scanner and rejects a withdrawal by the creator", async () => {
    const { createIn, tickets } = createService();
    const { id, proof } = await createIn("SCANNED");
    const first = await tickets.cancel(alice, id);
    expect(first).toMatchObject({ state: "CANCELLED", cancelReason: "CANCELLED_BY_APPROVER" });
    expect(await tickets.cancel(alice, id)).toEqual(first);
    await expectTicketError(tickets.withdraw(shop, proof), "TICKET_CANCELLED", "CANCELLED");
  });

  test("a withdrawal is repeated for the creator", async () => {
    const { createIn, tickets, scan } = createService();
    const { id, proof } = await createIn("AUTHORIZED");
    const first = await tickets.withdraw(shop, proof);
    expect(first).toMatchObject({ state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" });
    expect(await tickets.withdraw(shop, proof)).toEqual(first);
    await expectTicketError(scan(id), "TICKET_CANCELLED", "CANCELLED");
  });
});

describe("the profile for the approval", () => {
  test("the profile is fetched before the write and kept as fetched", async () => {
    const { createIn, tickets, stored } = createService();
    const { id, exchangeTicket } = await createIn("SCANNED");
    const fetchProfile = vi.fn(async () => {
      expect(await stored(id)).toMatchObject({ state: "SCANNED", revision: 2 });
      return profileOf("fetched");
    });
    await tickets.authorize(alice, id, fetchProfile);
    expect(fetchProfile).toHaveBeenCalledTimes(1);
    expect((await tickets.exchange(shop, exchangeTicket, "")).approval?.profile).toEqual(
      profileOf("fetched"),
    );
  });

  test("fetching the profile needs no second read of the ticket unless another caller has written", async () => {
    const { access, createIn, tickets, stored } = createService();
    const reading = vi.spyOn(access.store, "get");
    const alone = await createIn("SCANNED");
    reading.mockClear();
    await tickets.authorize(alice, alone.id, async () => alice.profile);
    expect(reading).toHaveBeenCalledTimes(1);
    const shared = await createIn("SCANNED");
    reading.mockClear();
    const meanwhile = async () => {
      await access.store.replace(
        { ...(await stored(shared.id)), writeId: "another" },
        (await stored(shared.id)).writeId,
      );
      return alice.profile;
    };
    await tickets.authorize(alice, shared.id, meanwhile);
    expect(reading).toHaveBeenCalledTimes(2);
    expect(await stored(shared.id)).toMatchObject({ state: "AUTHORIZED" });
  });

  test("the profile is not fetched if nothing would be written", async () => {
    const { create, createIn, tickets } = createService();
    const fetchProfile = vi.fn(async () => alice.profile);
    const authorize = (id: string, by = alice) => tickets.authorize(by, id, fetchProfile);
    await expectTicketError(authorize((await create()).id), "TICKET_NOT_SCANNED", "PENDING");
    const scanned = await createIn("SCANNED");
    await expectTicketError(authorize(scanned.id, bob), "SCANNED_BY_ANOTHER_USER");
    const authorized = await createIn("AUTHORIZED");
    expect(await authorize(authorized.id)).toMatchObject({ state: "AUTHORIZED", revision: 3 });
    await tickets.withdraw(shop, authorized.proof);
    await expectTicketError(authorize(authorized.id), "TICKET_CANCELLED", "CANCELLED");
    expect(fetchProfile).not.toHaveBeenCalled();
  });

  test("a profile that cannot be fetched changes nothing", async () => {
    const { createIn, tickets, stored } = createService();
    const { id } = await createIn("SCANNED");
    const before = await stored(id);
    const failure = new Error("the issuer is unreachable");
    await expect(tickets.authorize(alice, id, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await stored(id)).toEqual(before);
  });

  test("an approval does not revive a ticket that was withdrawn or expired during the fetch", async () => {
    const { clock, createIn, tickets, stored } = createService();
    const withdrawn = await createIn("SCANNED");
    const whileFetching = tickets.authorize(alice, withdrawn.id, async () => {
      await tickets.withdraw(shop, withdrawn.proof);
      return alice.profile;
    });
    await expectTicketError(whileFetching, "TICKET_CANCELLED", "CANCELLED");
    const slow = await createIn("SCANNED");
    const tooLate = tickets.authorize(alice, slow.id, async () => {
      clock.advance(ttlPolicy.ttl);
      return alice.profile;
    });
    await expectTicketError(tooLate, "TICKET_EXPIRED", "EXPIRED");
    expect(await stored(slow.id)).toMatchObject({ state: "EXPIRED", approval: undefined });
  });
});

describe("races", () => {
  test("200 exchanges at once have one winner, and the losers get the state that won", async () => {
    const { createIn, tickets, stored } = createService();
    const { id, exchangeTicket } = await createIn("AUTHORIZED");
    const calls = Array.from({ length: 200 }, () => tickets.exchange(shop, exchangeTicket, ""));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      expect(outcome.reason).toMatchObject({ reason: "TICKET_ALREADY_EXCHANGED", currentState: "EXCHANGED" });
    }
    expect(await stored(id)).toMatchObject({ state: "EXCHANGED", revision: 4 });
  });

  test("the loser of a race gets the state that won", async () => {
    const { createIn, faults, tickets } = createService();
    const { proof, exchangeTicket } = await createIn("AUTHORIZED");
    faults.beforeReplace = async () => {
      faults.beforeReplace = async () => {};
      await tickets.withdraw(shop, proof);
    };
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "TICKET_CANCELLED", "CANCELLED");
  });

  test("a caller who loses too often gets CONCURRENT_UPDATE, and nothing is written", async () => {
    const { createIn, faults, scan, authorize, tickets, stored } = createService();
    const { id, proof, exchangeTicket } = await createIn("AUTHORIZED");
    const pending = await createIn("PENDING");
    const scanned = await createIn("SCANNED");
    faults.losing = true;
    faults.writes = 0;
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "CONCURRENT_UPDATE");
    expect(faults.writes).toBeGreaterThan(1);
    await expectTicketError(tickets.withdraw(shop, proof), "CONCURRENT_UPDATE");
    await expectTicketError(scan(pending.id), "CONCURRENT_UPDATE");
    await expectTicketError(authorize(scanned.id), "CONCURRENT_UPDATE");
    expect(await stored(id)).toMatchObject({ state: "AUTHORIZED" });
  });

  test("a read gets CONCURRENT_UPDATE when its write of the expiry loses too often", async () => {
    const { clock, create, faults, tickets } = createService();
    const { proof } = await create({ ttl: 30_500 });
    clock.advance(30_500);
    faults.losing = true;
    await expectTicketError(tickets.get(shop, proof), "CONCURRENT_UPDATE");
  });
});

describe("an unreachable store", () => {
  test("every use case gets STORE_UNAVAILABLE while the store is unreachable", async () => {
    const { createIn, faults, tickets, scan, authorize } = createService();
    const { id, proof, exchangeTicket } = await createIn("AUTHORIZED");
    const prepared = tickets.prepare(shop, createParameters);
    faults.away = true;
    await expectTicketError(tickets.create(prepared), "STORE_UNAVAILABLE");
    await expectTicketError(tickets.get(shop, proof), "STORE_UNAVAILABLE");
    await expectTicketError(scan(id), "STORE_UNAVAILABLE");
    await expectTicketError(authorize(id), "STORE_UNAVAILABLE");
    await expectTicketError(tickets.cancel(alice, id), "STORE_UNAVAILABLE");
    await expectTicketError(tickets.withdraw(shop, proof), "STORE_UNAVAILABLE");
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "STORE_UNAVAILABLE");
    faults.away = false;
    expect(await tickets.exchange(shop, exchangeTicket, "")).toMatchObject({ id });
  });

  test.each(["before", "after"] as const)(
    "an outage %s the write of an exchange gives OUTCOME_UNKNOWN",
    async (when) => {
      const { createIn, faults, tickets, stored } = createService();
      const { id, exchangeTicket } = await createIn("AUTHORIZED");
      faults.writes = 0;
      faults.cutOff = when;
      await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "OUTCOME_UNKNOWN");
      // At most once: the service does not retry by itself.
      expect(faults.writes).toBe(1);
      expect(await stored(id)).toMatchObject({ state: when === "after" ? "EXCHANGED" : "AUTHORIZED" });
    },
  );

  test.each(["before", "after"] as const)(
    "a call other than the exchange may be repeated after an outage %s its write",
    async (when) => {
      const { create, faults, tickets, scan, authorize } = createService();
      const { id } = await create();
      faults.cutOff = when;
      await expectTicketError(scan(id), "STORE_UNAVAILABLE");
      expect(await scan(id)).toMatchObject({ state: "SCANNED", revision: 2 });
      faults.cutOff = when;
      await expectTicketError(authorize(id), "STORE_UNAVAILABLE");
      expect(await authorize(id)).toMatchObject({ state: "AUTHORIZED", revision: 3 });
      const other = await create();
      faults.cutOff = when;
      await expectTicketError(tickets.withdraw(shop, other.proof), "STORE_UNAVAILABLE");
      expect(await tickets.withdraw(shop, other.proof)).toMatchObject({ state: "CANCELLED", revision: 2 });
      const third = await create();
      await scan(third.id);
      faults.cutOff = when;
      await expectTicketError(tickets.cancel(alice, third.id), "STORE_UNAVAILABLE");
      expect(await tickets.cancel(alice, third.id)).toMatchObject({ state: "CANCELLED", revision: 3 });
    },
  );

  test("an outage during the write of an expiry leaves an exchange repeatable", async () => {
    const { clock, create, faults, tickets, scan, authorize } = createService();
    const { id, exchangeTicket } = await create();
    await scan(id);
    clock.advance(500);
    await authorize(id);
    clock.advance(lifetimes.authorized);
    faults.cutOff = "before";
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "STORE_UNAVAILABLE");
    await expectTicketError(tickets.exchange(shop, exchangeTicket, ""), "TICKET_EXPIRED", "EXPIRED");
  });
});
