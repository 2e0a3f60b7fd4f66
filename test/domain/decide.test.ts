import { describe, expect, test } from "vitest";
import type { Command, WriteContext } from "../../src/domain/decide.js";
import { decide, expireIfDue } from "../../src/domain/decide.js";
import { newWriteId } from "../../src/domain/secrets.js";
import type { CancelReason, Ticket, TicketState } from "../../src/domain/ticket.js";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import { noon } from "../support/clock.js";
import { alice, approver, bob, lifetimes, profileOf, ticketIn } from "../support/tickets.js";

/** The pair in RFC 7636, appendix B. */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const write = (now = noon + 10_000): WriteContext => ({ now, writeId: newWriteId(), lifetimes });

/** Every command, given by a caller who may give it. The code of {@link ticketIn} is 042137. */
const commands = {
  markScanned: { name: "markScanned", approver: alice, showsCheckCode: true, step: undefined },
  authorize: { name: "authorize", approver: alice, profile: alice.profile, checkCode: "" },
  cancel: { name: "cancel", approver: alice },
  withdraw: { name: "withdraw" },
  submitCheckCode: { name: "submitCheckCode", checkCode: "042137" },
  submitWrongCheckCode: { name: "submitCheckCode", checkCode: "042138" },
  exchange: { name: "exchange", codeVerifier: "" },
  expire: { name: "expire" },
} as const satisfies Record<Command["name"] | "submitWrongCheckCode", Command>;

type Expected =
  | { to: TicketState; cancelReason?: CancelReason; rejection?: ErrorReason }
  | "unchanged"
  | { rejected: ErrorReason };
const rejected = (reason: ErrorReason): Expected => ({ rejected: reason });
const byApprover: Expected = { to: "CANCELLED", cancelReason: "CANCELLED_BY_APPROVER" };
const byCreator: Expected = { to: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" };

// Written from the contract, not from the code. CANCELLED means "cancelled by the scanner".
const expected = {
  PENDING: {
    markScanned: { to: "SCANNED" },
    authorize: rejected("TICKET_NOT_SCANNED"),
    cancel: rejected("TICKET_NOT_SCANNED"),
    withdraw: byCreator,
    submitCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    submitWrongCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    exchange: rejected("TICKET_NOT_AUTHORIZED"),
    expire: { to: "EXPIRED" },
  },
  SCANNED: {
    markScanned: "unchanged",
    authorize: { to: "AUTHORIZED" },
    cancel: byApprover,
    withdraw: byCreator,
    submitCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    submitWrongCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    exchange: rejected("TICKET_NOT_AUTHORIZED"),
    expire: { to: "EXPIRED" },
  },
  AWAITING_CHECK_CODE: {
    markScanned: "unchanged",
    authorize: "unchanged",
    cancel: byApprover,
    withdraw: byCreator,
    submitCheckCode: { to: "AUTHORIZED" },
    submitWrongCheckCode: { to: "AWAITING_CHECK_CODE", rejection: "CHECK_CODE_MISMATCH" },
    exchange: rejected("TICKET_NOT_AUTHORIZED"),
    expire: { to: "EXPIRED" },
  },
  AUTHORIZED: {
    markScanned: "unchanged",
    authorize: "unchanged",
    cancel: rejected("TICKET_ALREADY_AUTHORIZED"),
    withdraw: byCreator,
    submitCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    submitWrongCheckCode: rejected("CHECK_CODE_NOT_EXPECTED"),
    exchange: { to: "EXCHANGED" },
    expire: { to: "EXPIRED" },
  },
  EXCHANGED: {
    markScanned: rejected("TICKET_ALREADY_EXCHANGED"),
    authorize: rejected("TICKET_ALREADY_EXCHANGED"),
    cancel: rejected("TICKET_ALREADY_EXCHANGED"),
    withdraw: rejected("TICKET_ALREADY_EXCHANGED"),
    submitCheckCode: rejected("TICKET_ALREADY_EXCHANGED"),
    submitWrongCheckCode: rejected("TICKET_ALREADY_EXCHANGED"),
    exchange: rejected("TICKET_ALREADY_EXCHANGED"),
    expire: "unchanged",
  },
  CANCELLED: {
    markScanned: rejected("TICKET_CANCELLED"),
    authorize: rejected("TICKET_CANCELLED"),
    cancel: "unchanged",
    withdraw: rejected("TICKET_CANCELLED"),
    submitCheckCode: rejected("TICKET_CANCELLED"),
    submitWrongCheckCode: rejected("TICKET_CANCELLED"),
    exchange: rejected("TICKET_CANCELLED"),
    expire: "unchanged",
  },
  EXPIRED: {
    markScanned: rejected("TICKET_EXPIRED"),
    authorize: rejected("TICKET_EXPIRED"),
    cancel: rejected("TICKET_EXPIRED"),
    withdraw: rejected("TICKET_EXPIRED"),
    submitCheckCode: rejected("TICKET_EXPIRED"),
    submitWrongCheckCode: rejected("TICKET_EXPIRED"),
    exchange: rejected("TICKET_EXPIRED"),
    expire: "unchanged",
  },
} satisfies Record<TicketState, Record<keyof typeof commands, Expected>>;

const states = Object.keys(expected) as TicketState[];
const names = Object.keys(commands) as (keyof typeof commands)[];
const cells = states.flatMap((state) =>
  names.map((name) => ({ state, name, cell: expected[state][name] as Expected })),
);

/** Returns the ticket that the command writes; throws if it writes nothing. */
function written(ticket: Ticket, command: Command, using: WriteContext = write()): Ticket {
  const decision = decide(ticket, command, using);
  if (decision.kind !== "write") throw new Error(`${command.name} was not written: ${decision.kind}`);
  return decision.next;
}

const rejection = (reason: ErrorReason, currentState?: TicketState) => ({
  kind: "reject",
  reason,
  currentState,
});

describe("the transition table", () => {
  test.each(cells)("$name in $state does what the contract says", ({ state, name, cell }) => {
    const decision = decide(ticketIn(state), commands[name], write());
    if (cell === "unchanged") expect(decision).toEqual({ kind: "unchanged" });
    else if ("rejected" in cell) expect(decision).toEqual(rejection(cell.rejected, state));
    else {
      expect(decision).toMatchObject({
        kind: "write",
        next: { state: cell.to, cancelReason: cell.cancelReason },
        rejection: cell.rejection,
      });
    }
  });

  test.each(cells.filter(({ cell }) => typeof cell === "object" && "to" in cell))(
    "$name in $state writes the next revision with the given write id, and leaves the old ticket alone",
    ({ state, name }) => {
      const ticket = Object.freeze(ticketIn(state));
      const using = write();
      const next = written(ticket, commands[name], using);
      expect(next).toMatchObject({ id: ticket.id, revision: ticket.revision + 1, writeId: using.writeId });
      expect(next).not.toBe(ticket);
    },
  );

  test("a withdrawn ticket stays withdrawn for its creator and is rejected for the scanner", () => {
    const ticket = ticketIn("CANCELLED", { cancelReason: "WITHDRAWN_BY_CREATOR" });
    expect(decide(ticket, commands.withdraw, write())).toEqual({ kind: "unchanged" });
    expect(decide(ticket, commands.cancel, write())).toEqual(rejection("TICKET_CANCELLED", "CANCELLED"));
  });
});

describe("the order of checks", () => {
  const approverCommands = (by: typeof alice): Command[] => [
    { name: "markScanned", approver: by, showsCheckCode: true, step: undefined },
    { name: "authorize", approver: by, profile: by.profile, checkCode: "" },
    { name: "cancel", approver: by },
  ];
  const pastPending = states.filter((state) => state !== "PENDING");

  test.each(states)("a user of another pool gets USER_POOL_MISMATCH and no state, in %s", (state) => {
    const outsider = approver("mallory", { userPoolId: "staff" });
    for (const command of approverCommands(outsider)) {
      expect(decide(ticketIn(state), command, write())).toEqual(rejection("USER_POOL_MISMATCH"));
    }
  });

  test.each(pastPending)("a user who is not the scanner learns no state, in %s", (state) => {
    for (const command of approverCommands(bob)) {
      expect(decide(ticketIn(state), command, write())).toEqual(rejection("SCANNED_BY_ANOTHER_USER"));
    }
  });

  test("the same subject of another issuer is another user", () => {
    const namesake = approver("alice", { issuer: "https://other.example.com/" });
    for (const command of approverCommands(namesake)) {
      expect(decide(ticketIn("SCANNED"), command, write())).toEqual(rejection("SCANNED_BY_ANOTHER_USER"));
    }
  });

  test.each(states)("a wrong proof is reported before the state, in %s", (state) => {
    const command: Command = { name: "exchange", codeVerifier: "wrong" };
    expect(decide(ticketIn(state, { codeChallenge }), command, write())).toEqual(rejection("PROOF_INVALID"));
  });

  test("the end of a ticket is reported before the missing scan", () => {
    const ticket = ticketIn("EXPIRED", { scanner: undefined });
    expect(decide(ticket, commands.authorize, write())).toEqual(rejection("TICKET_EXPIRED", "EXPIRED"));
    expect(decide(ticket, commands.exchange, write())).toEqual(rejection("TICKET_EXPIRED", "EXPIRED"));
  });

  test.each([
    ["SCANNED", "markScanned"],
    ["SCANNED", "authorize"],
    ["SCANNED", "cancel"],
    ["AWAITING_CHECK_CODE", "markScanned"],
    ["AWAITING_CHECK_CODE", "authorize"],
    ["AWAITING_CHECK_CODE", "cancel"],
    ["AUTHORIZED", "markScanned"],
    ["AUTHORIZED", "authorize"],
  ] as const)("a ticket in %s that has lost its scanner belongs to nobody: %s throws", (state, name) => {
    const unbound = ticketIn(state, { scanner: undefined });
    expect(() => decide(unbound, commands[name], write())).toThrow("has no scanner");
  });

  test("a ticket that was withdrawn before a scan is reported as cancelled to every user", () => {
    const ticket = ticketIn("CANCELLED", { scanner: undefined, cancelReason: "WITHDRAWN_BY_CREATOR" });
    for (const command of approverCommands(bob)) {
      expect(decide(ticket, command, write())).toEqual(rejection("TICKET_CANCELLED", "CANCELLED"));
    }
  });
});

describe("the fields that a write changes", () => {
  test("the first scan binds the user and shows only nickname and photo", () => {
    const next = written(ticketIn("PENDING"), { ...commands.markScanned, approver: bob });
    expect(next.scanner).toEqual({ issuer: bob.issuer, subject: bob.subject });
    expect(next.scannedBy).toEqual({ nickname: bob.profile.nickname, photo: bob.profile.photo });
  });

  test("a scan does not extend the lifetime", () => {
    const ticket = ticketIn("PENDING");
    expect(written(ticket, commands.markScanned).expiresAt).toBe(ticket.expiresAt);
  });

  test("the approval keeps the fetched profile and starts the lifetime for the exchange", () => {
    const now = noon + 119_999;
    const profile = profileOf("fetched");
    const command = { ...commands.authorize, profile };
    const next = written(ticketIn("SCANNED"), command, write(now));
    expect(next.expiresAt).toBe(now + lifetimes.authorized);
    expect(next.approval).toEqual({ approvedAt: now, profile, signIn: alice.signIn });
  });

  const endings = [
    { state: "PENDING", name: "withdraw" },
    { state: "SCANNED", name: "cancel" },
    { state: "SCANNED", name: "expire" },
    { state: "AWAITING_CHECK_CODE", name: "cancel" },
    { state: "AWAITING_CHECK_CODE", name: "withdraw" },
    { state: "AWAITING_CHECK_CODE", name: "expire" },
    { state: "AUTHORIZED", name: "withdraw" },
    { state: "AUTHORIZED", name: "exchange" },
    { state: "AUTHORIZED", name: "expire" },
  ] as const;
  test.each(endings)(
    "$name in $state drops all personal data and keeps what distinguishes the ends",
    (ending) => {
      const ticket = ticketIn(ending.state);
      const using = write();
      const next = written(ticket, commands[ending.name], using);
      expect(next).toMatchObject({
        customData: undefined,
        customDataSource: undefined,
        requester: undefined,
        scannedBy: undefined,
        approval: undefined,
        checkCode: undefined,
        purgeAt: using.now + lifetimes.retention,
      });
      const kept = ["id", "appId", "userPoolId", "exchangeDigest", "scanner"] as const;
      for (const part of kept) expect(next[part]).toEqual(ticket[part]);
      const text = JSON.stringify(next);
      for (const personal of ["alice@", "cart", "192.0.2.7", "photos.example.com", "042137"]) {
        expect(text).not.toContain(personal);
      }
    },
  );
});

describe("expiry", () => {
  const using = (now: number) => write(now);

  test.each(["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"] as const)(
    "a ticket in %s lives until its last millisecond",
    (state) => {
      const ticket = ticketIn(state);
      expect(expireIfDue(ticket, using(ticket.expiresAt - 1))).toBeUndefined();
      expect(expireIfDue(ticket, using(ticket.expiresAt))).toMatchObject({
        state: "EXPIRED",
        approval: undefined,
      });
      expect(expireIfDue(ticket, using(ticket.expiresAt + 1))).toMatchObject({ state: "EXPIRED" });
    },
  );

  test.each(["EXCHANGED", "CANCELLED", "EXPIRED"] as const)(
    "a ticket in %s does not expire again",
    (state) => {
      expect(expireIfDue(ticketIn(state), using(noon + 10_000_000))).toBeUndefined();
    },
  );
});

describe("the proof of the exchange", () => {
  const withChallenge = ticketIn("AUTHORIZED", { codeChallenge });
  const without = ticketIn("AUTHORIZED");
  const exchange = (codeVerifier: string): Command => ({ name: "exchange", codeVerifier });

  test("the right verifier passes", () => {
    expect(written(withChallenge, exchange(verifier)).state).toBe("EXCHANGED");
  });

  test.each([
    ["no verifier", withChallenge, ""],
    ["a wrong verifier", withChallenge, verifier.replace("d", "e")],
    ["the challenge itself", withChallenge, codeChallenge],
    ["a verifier where there was no challenge", without, verifier],
  ])("%s is rejected and leaves the ticket exchangeable", (_, ticket, codeVerifier) => {
    expect(decide(ticket, exchange(codeVerifier), write())).toEqual(rejection("PROOF_INVALID"));
  });

  test("an exchange without a challenge and without a verifier passes", () => {
    expect(written(without, exchange("")).state).toBe("EXCHANGED");
  });
});
