import { describe, expect, test } from "vitest";
import { type Command, checkCodeAttemptsLeft, decide, type WriteContext } from "../../src/domain/decide.js";
import { newCheckCode, newWriteId } from "../../src/domain/secrets.js";
import type { Ticket, TicketState } from "../../src/domain/ticket.js";
import { noon } from "../support/clock.js";
import { alice, approver, bob, lifetimes, ticketIn } from "../support/tickets.js";

const at = (now: number): WriteContext => ({ now, writeId: newWriteId(), lifetimes });
const authorize = (checkCode: string): Command => ({
  ...{ name: "authorize", approver: alice, profile: alice.profile, checkCode },
});
const submit = (checkCode: string): Command => ({ name: "submitCheckCode", checkCode });

function written(ticket: Ticket, command: Command, now = noon + 10_000) {
  const decision = decide(ticket, command, at(now));
  if (decision.kind !== "write") throw new Error(`${command.name} was not written: ${decision.kind}`);
  return decision;
}

const scanned = ticketIn("SCANNED", { checkCodeDigits: 6 });

describe("the approval of a ticket that needs a check code", () => {
  test("the approval stores the code and does not authorize the ticket", () => {
    const { next, rejection } = written(scanned, authorize("042137"));
    expect(rejection).toBeUndefined();
    expect(next).toMatchObject({
      state: "AWAITING_CHECK_CODE",
      revision: scanned.revision + 1,
      checkCode: { digits: "042137", wrongAttempts: 0 },
      approval: { approvedAt: noon + 10_000, profile: alice.profile },
    });
  });

  test.each(["", "04213", "0421370"])(
    "a code of another length than the ticket needs is never stored: %j",
    (code) => {
      expect(() => decide(scanned, authorize(code), at(noon))).toThrow("wrong length");
    },
  );

  test("the user has at least the lifetime of check codes to type the code", () => {
    const { expiresAt } = scanned;
    const late = written(scanned, authorize("042137"), expiresAt - 1).next;
    expect(late.expiresAt).toBe(expiresAt - 1 + lifetimes.checkCode);
    const early = written(scanned, authorize("042137"), expiresAt - lifetimes.checkCode - 1).next;
    expect(early.expiresAt).toBe(expiresAt);
  });

  test("a second approval changes nothing, so that the code stays the same", () => {
    const { next } = written(scanned, authorize("042137"));
    expect(decide(next, authorize("999999"), at(noon))).toEqual({ kind: "unchanged" });
  });
});

describe("a submitted check code", () => {
  const awaiting = ticketIn("AWAITING_CHECK_CODE");

  test("the right code starts the lifetime for the exchange, and keeps the moment of the approval", () => {
    const { next, rejection } = written(awaiting, submit("042137"), noon + 50_000);
    expect(rejection).toBeUndefined();
    expect(next).toMatchObject({ state: "AUTHORIZED", expiresAt: noon + 50_000 + lifetimes.authorized });
    expect(next.approval).toEqual(awaiting.approval);
  });

  test.each(["042138", "142137", "04213", "0421", "42137", "000000", ""])(
    "another code is wrong: %j",
    (code) => {
      expect(written(awaiting, submit(code)).rejection).toBe("CHECK_CODE_MISMATCH");
    },
  );

  test("two wrong codes count and do not extend the lifetime, and the third cancels the ticket", () => {
    const first = written(awaiting, submit("111111")).next;
    const second = written(first, submit("222222")).next;
    for (const [ticket, attemptsLeft] of [
      [first, 2],
      [second, 1],
    ] as const) {
      expect(ticket).toMatchObject({ state: "AWAITING_CHECK_CODE", expiresAt: awaiting.expiresAt });
      expect(checkCodeAttemptsLeft(ticket)).toBe(attemptsLeft);
    }
    const third = written(second, submit("333333"));
    expect(third.rejection).toBe("CHECK_CODE_MISMATCH");
    expect(third.next).toMatchObject({ state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED" });
    expect(checkCodeAttemptsLeft(third.next)).toBe(0);
    expect(decide(third.next, submit("042137"), at(noon))).toMatchObject({ reason: "TICKET_CANCELLED" });
  });

  test("the right code passes at the last attempt", () => {
    const second = written(written(awaiting, submit("111111")).next, submit("222222")).next;
    expect(written(second, submit("042137")).next.state).toBe("AUTHORIZED");
  });

  test("after the right code, the same changes nothing and another is not expected, however often", () => {
    const { next } = written(awaiting, submit("042137"));
    expect(decide(next, submit("042137"), at(noon))).toEqual({ kind: "unchanged" });
    for (let times = 0; times < 4; times++) {
      expect(decide(next, submit("111111"), at(noon))).toMatchObject({ reason: "CHECK_CODE_NOT_EXPECTED" });
    }
  });

  test("a ticket that needs no code expects none", () => {
    for (const state of ["SCANNED", "AUTHORIZED"] as const) {
      expect(decide(ticketIn(state), submit("042137"), at(noon))).toEqual({
        kind: "reject",
        reason: "CHECK_CODE_NOT_EXPECTED",
        currentState: state,
      });
    }
  });

  test("a ticket that waits for a code and has lost it is cancelled and never authorized", () => {
    const lost = ticketIn("AWAITING_CHECK_CODE", { checkCode: undefined });
    for (const code of ["", "042137", "undefined"]) {
      expect(written(lost, submit(code)).next.state).toBe("CANCELLED");
    }
  });

  test("a ticket cancelled by wrong codes is cancelled for the scanner and the creator too", () => {
    const failed = ticketIn("CANCELLED", { cancelReason: "CHECK_CODE_FAILED" });
    for (const command of [{ name: "cancel", approver: alice }, { name: "withdraw" }] as const) {
      expect(decide(failed, command, at(noon))).toMatchObject({ reason: "TICKET_CANCELLED" });
    }
  });
});

describe("a phone that cannot show a check code", () => {
  const states: readonly TicketState[] = [
    ...(["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"] as const),
    ...(["EXCHANGED", "CANCELLED", "EXPIRED"] as const),
  ];
  const scan = (by: typeof alice): Command => ({
    name: "markScanned",
    approver: by,
    showsCheckCode: false,
    step: undefined,
  });

  test.each(states)(
    "PHONE_TOO_OLD comes after the pool and the scanner, and before the state, in %s",
    (state) => {
      const ticket = ticketIn(state, { checkCodeDigits: 6 });
      const reasonFor = (by: typeof alice) => decide(ticket, scan(by), at(noon));
      expect(reasonFor(approver("alice", { userPoolId: "staff" }))).toMatchObject({
        reason: "USER_POOL_MISMATCH",
      });
      if (state !== "PENDING") expect(reasonFor(bob)).toMatchObject({ reason: "SCANNED_BY_ANOTHER_USER" });
      expect(reasonFor(alice)).toEqual({ kind: "reject", reason: "PHONE_TOO_OLD", currentState: undefined });
    },
  );

  test("the phone may scan a ticket that needs no check code", () => {
    expect(written(ticketIn("PENDING"), scan(alice)).next.state).toBe("SCANNED");
  });
});

describe("new check codes", () => {
  test.each([4, 5, 6])("a new code has %i decimal digits, with leading zeros", (digits) => {
    const codes = Array.from({ length: 2_000 }, () => newCheckCode(digits));
    expect(codes.filter((code) => !new RegExp(`^[0-9]{${digits}}$`).test(code))).toEqual([]);
    // A place without some digit would make guesses easier. Chance leaves one out in less than one of 10^80 runs.
    for (let place = 0; place < digits; place++) {
      expect(new Set(codes.map((code) => code[place])).size).toBe(10);
    }
  });

  test("a ticket that needs no check code gets an empty one", () => {
    expect(newCheckCode(0)).toBe("");
  });
});
