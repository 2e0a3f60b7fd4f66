import { describe, expect, test } from "vitest";
import { defaultPolicy, type Policy } from "../../src/domain/policy.js";
import { TicketError } from "../../src/domain/ticket_error.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { alice, bob, lifetimes, shop } from "../support/tickets.js";
import { createService, ttlPolicy } from "./service_fixture.js";

const withCheckCode: Policy = { ...defaultPolicy, checkCode: { mode: "always", digits: 5 } };

/** Creates a ticket that waits for the check code that alice's phone shows. */
async function awaiting() {
  const service = createService({}, withCheckCode);
  const created = await service.create({ asksForCheckCode: true });
  await service.scan(created.id);
  const { checkCode } = await service.authorize(created.id);
  if (!checkCode) throw new Error("the approval made no check code");
  const { digits } = checkCode;
  const submit = (code: string) => service.tickets.submitCheckCode(shop, created.proof, code);
  return { ...service, ...created, digits, submit };
}

const wrong = (digits: string) => digits.replace(/./g, (digit) => String((Number(digit) + 1) % 10));

/** Resolves with the TicketError that the call rejects with. */
async function errorOf(call: Promise<unknown>): Promise<TicketError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TicketError)) throw new Error("there is no TicketError", { cause: error });
  return error;
}

describe("the policy of an app that needs a check code", () => {
  test("a creator that does not ask for check codes gets no ticket", async () => {
    const { create } = createService({}, withCheckCode);
    const error = await errorOf(create({ asksForCheckCode: false }));
    expect([error.reason, error.message]).toEqual([
      "POLICY_NOT_SUPPORTED",
      expect.stringContaining("check code"),
    ]);
  });

  test("a ticket keeps the policy under which it was created", async () => {
    const { create, stored } = createService({}, withCheckCode);
    expect((await stored((await create({ asksForCheckCode: true })).id)).checkCodeDigits).toBe(5);
    const without = createService();
    expect((await without.stored((await without.create()).id)).checkCodeDigits).toBe(0);
  });

  test("an approval makes a code of the policy's length, and every other approval another one", async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, async () => (await awaiting()).digits));
    for (const code of codes) expect(code).toMatch(/^[0-9]{5}$/);
    // Twenty equal codes by chance: once in 10^95 runs.
    expect(new Set(codes).size).toBeGreaterThan(1);
  });

  test("concurrent and repeated approvals return one code", async () => {
    const service = createService({}, withCheckCode);
    const { id } = await service.create({ asksForCheckCode: true });
    await service.scan(id);
    const approvals = await Promise.all(Array.from({ length: 10 }, () => service.authorize(id)));
    approvals.push(await service.authorize(id));
    expect(new Set(approvals.map(({ checkCode }) => checkCode?.digits)).size).toBe(1);
    expect((await service.stored(id)).revision).toBe(3);
  });

  test("the profile is fetched once, at the approval, and not again for the code", async () => {
    const service = createService({}, withCheckCode);
    const { id } = await service.create({ asksForCheckCode: true });
    await service.scan(id);
    let fetched = 0;
    const fetchProfile = async () => {
      fetched += 1;
      return alice.profile;
    };
    await service.tickets.authorize(alice, id, fetchProfile);
    await service.tickets.authorize(alice, id, fetchProfile);
    expect(fetched).toBe(1);
  });
});

describe("a submitted check code", () => {
  test("the right code authorizes the ticket, and its exchange returns the user", async () => {
    const { submit, digits, tickets, exchangeTicket } = await awaiting();
    expect((await submit(digits)).state).toBe("AUTHORIZED");
    expect((await tickets.exchange(shop, exchangeTicket, "")).approval?.profile).toEqual(alice.profile);
  });

  test("an exchange before the right code is rejected and leaves the ticket as it is", async () => {
    const { tickets, exchangeTicket, stored, id } = await awaiting();
    const error = await errorOf(tickets.exchange(shop, exchangeTicket, ""));
    expect([error.reason, error.currentState]).toEqual(["TICKET_NOT_AUTHORIZED", "AWAITING_CHECK_CODE"]);
    expect((await stored(id)).revision).toBe(3);
  });

  test("an error for a wrong code has the attempts that are left and the state", async () => {
    const { submit, digits } = await awaiting();
    const errors = [];
    for (let attempt = 0; attempt < 4; attempt++) errors.push(await errorOf(submit(wrong(digits))));
    expect(
      errors.map(({ reason, attemptsLeft, currentState }) => [reason, attemptsLeft, currentState]),
    ).toEqual([
      ["CHECK_CODE_MISMATCH", 2, "AWAITING_CHECK_CODE"],
      ["CHECK_CODE_MISMATCH", 1, "AWAITING_CHECK_CODE"],
      ["CHECK_CODE_MISMATCH", 0, "CANCELLED"],
      ["TICKET_CANCELLED", undefined, "CANCELLED"],
    ]);
  });

  test("of fifty wrong codes at once, exactly three count and the others are too late", async () => {
    const { submit, digits, stored, id } = await awaiting();
    const errors = await Promise.all(Array.from({ length: 50 }, () => errorOf(submit(wrong(digits)))));
    const counted = errors.filter(({ reason }) => reason === "CHECK_CODE_MISMATCH");
    expect(counted.map(({ attemptsLeft }) => attemptsLeft).sort()).toEqual([0, 1, 2]);
    expect(errors.filter(({ reason }) => reason === "TICKET_CANCELLED")).toHaveLength(47);
    expect(await stored(id)).toMatchObject({
      ...{ state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED", revision: 6 },
      ...{ checkCode: undefined, approval: undefined },
    });
  });

  test("a wrong code that loses its race counts beside the one that won", async () => {
    const { submit, digits, faults, stored, id } = await awaiting();
    faults.beforeReplace = async () => {
      faults.beforeReplace = async () => {};
      await errorOf(submit(wrong(digits)));
    };
    expect((await errorOf(submit(wrong(digits)))).attemptsLeft).toBe(1);
    expect((await stored(id)).checkCode?.wrongAttempts).toBe(2);
  });

  test("a wrong code is reported as unavailable, not as wrong, if it may not have been counted", async () => {
    const { submit, digits, faults, stored, id } = await awaiting();
    for (const [cutOff, counted] of [
      ["before", 0],
      ["after", 1],
    ] as const) {
      faults.cutOff = cutOff;
      const error = await errorOf(submit(wrong(digits)));
      expect([error.reason, error.attemptsLeft]).toEqual(["STORE_UNAVAILABLE", undefined]);
      expect(error.cause).toBeInstanceOf(StoreUnavailableError);
      expect((await stored(id)).checkCode?.wrongAttempts).toBe(counted);
    }
  });

  test("a right code whose response was lost may be submitted again", async () => {
    const { submit, digits, faults, stored, id } = await awaiting();
    faults.cutOff = "after";
    expect((await errorOf(submit(digits))).reason).toBe("STORE_UNAVAILABLE");
    expect((await submit(digits)).state).toBe("AUTHORIZED");
    expect((await stored(id)).revision).toBe(4);
  });

  test("only the creator, with the ticket secret, can submit a code or spend an attempt", async () => {
    const { tickets, proof, digits, stored, id } = await awaiting();
    const otherApp = { id: "other-shop", userPool: shop.userPool };
    const otherSecret = { ...proof, ticketSecret: "x".repeat(43) };
    for (const code of [digits, wrong(digits)]) {
      for (const call of [
        tickets.submitCheckCode(otherApp, proof, code),
        tickets.submitCheckCode(shop, otherSecret, code),
      ]) {
        expect((await errorOf(call)).reason).toBe("TICKET_NOT_FOUND");
      }
    }
    expect((await stored(id)).revision).toBe(3);
  });
});

describe("the time for the check code", () => {
  test("a code typed in the last millisecond authorizes the ticket for the whole lifetime of the exchange", async () => {
    const { submit, digits, clock, stored, id } = await awaiting();
    clock.advance((await stored(id)).expiresAt - clock.now() - 1);
    const { expiresAt } = await submit(digits);
    expect(expiresAt).toBe(clock.now() + lifetimes.authorized);
  });

  test("a right code is too late once the time is over, and the ticket forgets it", async () => {
    const { submit, digits, clock, memory, id } = await awaiting();
    clock.advance(ttlPolicy.ttl);
    expect((await errorOf(submit(digits))).reason).toBe("TICKET_EXPIRED");
    expect(await memory.get(id)).toMatchObject({
      state: "EXPIRED",
      checkCode: undefined,
      approval: undefined,
    });
  });
});

describe("a watch of a ticket that waits for a check code", () => {
  test("a watch shows the approval, every wrong code, and the end", async () => {
    const { submit, digits, watch, proof } = await awaiting();
    const watching = watch(shop, proof);
    const seen = async () => {
      const { value } = await watching.next();
      return value && [value.state, value.revision, value.checkCode?.wrongAttempts];
    };
    expect(await seen()).toEqual(["AWAITING_CHECK_CODE", 3, 0]);
    await errorOf(submit(wrong(digits)));
    expect(await seen()).toEqual(["AWAITING_CHECK_CODE", 4, 1]);
    await errorOf(submit(wrong(digits)));
    expect(await seen()).toEqual(["AWAITING_CHECK_CODE", 5, 2]);
    await errorOf(submit(wrong(digits)));
    expect(await seen()).toEqual(["CANCELLED", 6, undefined]);
    expect(await watching.next()).toEqual({ done: true, value: undefined });
  });
});

describe("a phone that does not say that it shows check codes", () => {
  test("its scan changes nothing, so that another phone may still scan", async () => {
    const { tickets, create, stored } = createService({}, withCheckCode);
    const { id } = await create({ asksForCheckCode: true });
    const before = await stored(id);
    const code = { ticketId: id, scene: undefined, userPoolId: undefined, step: undefined };
    expect((await errorOf(tickets.markScanned(alice, { code, showsCheckCode: false }))).reason).toBe(
      "PHONE_TOO_OLD",
    );
    expect(await stored(id)).toEqual(before);
    expect((await tickets.markScanned(bob, { code, showsCheckCode: true })).state).toBe("SCANNED");
  });
});
