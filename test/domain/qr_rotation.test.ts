import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { decide } from "../../src/domain/decide.js";
import type { QrStep } from "../../src/domain/qr_rotation.js";
import {
  judgeCode,
  newQrRotation,
  qrStepOf,
  shownStepNumber,
  stepEndOf,
} from "../../src/domain/qr_rotation.js";
import { newQrKey, newTicketId, newWriteId } from "../../src/domain/secrets.js";
import type { Ticket, TicketState } from "../../src/domain/ticket.js";
import { noon } from "../support/clock.js";
import { alice, approver, bob, lifetimes, qrRotation, ticketIn } from "../support/tickets.js";

const liveStates = ["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"] as const;
const terminal = {
  EXCHANGED: "TICKET_ALREADY_EXCHANGED",
  CANCELLED: "TICKET_CANCELLED",
  EXPIRED: "TICKET_EXPIRED",
} as const;

/** Seconds after the start at which the codes below are scanned: within step 4 of ten seconds each. */
const now = noon + 32_000;

function rotating(state: TicketState, changes: Partial<Ticket> = {}): Ticket {
  return ticketIn(state, { qrRotation: state in terminal ? undefined : qrRotation, ...changes });
}

function decideScan(ticket: Ticket, step: QrStep | undefined, at = now, by = alice) {
  const command = { name: "markScanned", approver: by, showsCheckCode: true, step } as const;
  const decision = decide(ticket, command, { now: at, writeId: newWriteId(), lifetimes });
  return decision.kind === "reject" ? decision : { reason: decision.kind, currentState: undefined };
}

const scan = (...args: Parameters<typeof decideScan>) => decideScan(...args).reason;

type Code = (ticket: Ticket) => QrStep | undefined;
const genuine =
  (number: number): Code =>
  ({ id }) =>
    qrStepOf(id, qrRotation, number);

/** Verdicts on a code: at a ticket that waits for its scan, and at one that the same user has scanned. */
const codes: readonly (readonly [name: string, code: Code, at: number, pending: string, scanned: string])[] =
  [
    ["the current step", genuine(4), now, "write", "unchanged"],
    ["the current step in its first millisecond", genuine(4), noon + 30_000, "write", "unchanged"],
    ["the current step in its last millisecond", genuine(4), noon + 39_999, "write", "unchanged"],
    ["a replaced step within the overlap", genuine(3), noon + 32_999, "write", "unchanged"],
    ["a replaced step right after the overlap", genuine(3), noon + 33_000, "QR_ROTATED", "unchanged"],
    ["a much older step", genuine(1), now, "QR_ROTATED", "unchanged"],
    ["a genuine step that has not begun", genuine(5), now, "QR_ROTATED", "unchanged"],
    ["the bare id", () => undefined, now, "QR_ROTATED", "unchanged"],
    [
      "the proof of another step",
      ({ id }) => ({ ...qrStepOf(id, qrRotation, 3), number: 4 }),
      now,
      ...forged(),
    ],
    ["the proof of another ticket", () => qrStepOf(newTicketId(), qrRotation, 4), now, ...forged()],
    [
      "the proof of another key",
      ({ id }) => qrStepOf(id, { ...qrRotation, key: newQrKey() }, 4),
      now,
      ...forged(),
    ],
    ["a guessed proof", () => ({ number: 4, proof: "AAAAAAAAAAAA" }), now, ...forged()],
    ["a proof that is too short", ({ id }) => shortened(qrStepOf(id, qrRotation, 4)), now, ...forged()],
    ["step zero with a guessed proof", () => ({ number: 0, proof: "AAAAAAAAAAAA" }), now, ...forged()],
  ];

function forged() {
  return ["QR_CONTENT_INVALID", "QR_CONTENT_INVALID"] as const;
}

function shortened({ number, proof }: QrStep): QrStep {
  return { number, proof: proof.slice(0, -1) };
}

describe("a scanned code that changes", () => {
  test.each(codes)("%s has its own answer in each state", (_, code, at, pending, scanned) => {
    for (const state of liveStates) {
      const ticket = rotating(state);
      expect.soft(scan(ticket, code(ticket), at), state).toBe(state === "PENDING" ? pending : scanned);
    }
    for (const [state, reason] of Object.entries(terminal)) {
      const ticket = rotating(state as TicketState);
      expect.soft(scan(ticket, code(ticket), at), state).toBe(reason);
    }
  });

  test.each(liveStates)("a step is a forgery for a ticket whose code does not change, in %s", (state) => {
    const ticket = ticketIn(state);
    expect(scan(ticket, qrStepOf(ticket.id, qrRotation, 4))).toBe("QR_CONTENT_INVALID");
    expect(scan(ticket, undefined)).toBe(state === "PENDING" ? "write" : "unchanged");
  });

  test("a forged code does not show the state, and an old one does", () => {
    const stateOf = (ticket: Ticket, step: QrStep | undefined) => decideScan(ticket, step).currentState;
    const ticket = rotating("PENDING");
    expect(stateOf(ticket, { number: 4, proof: "AAAAAAAAAAAA" })).toBeUndefined();
    expect(stateOf(ticket, qrStepOf(ticket.id, qrRotation, 1))).toBe("PENDING");
  });

  test("pool and scanner are checked before the code, so that others learn nothing about it", () => {
    for (const code of [
      genuine(1),
      genuine(4),
      () => undefined,
      () => ({ number: 4, proof: "AAAAAAAAAAAA" }),
    ]) {
      const outsider = approver("mallory", { userPoolId: "staff" });
      const pending = rotating("PENDING");
      expect(scan(pending, code(pending), now, outsider)).toBe("USER_POOL_MISMATCH");
      const scanned = rotating("SCANNED");
      expect(scan(scanned, code(scanned), now, bob)).toBe("SCANNED_BY_ANOTHER_USER");
    }
  });

  test("no random proof of any step passes", () => {
    const ticket = rotating("PENDING");
    const proof = fc.stringMatching(/^[\w-]{0,16}$/);
    fc.assert(
      fc.property(fc.nat({ max: 9_999 }), proof, (number, guess) => {
        expect(judgeCode(ticket, { number, proof: guess }, now)).toBe("forged");
      }),
      { numRuns: 5_000 },
    );
  });

  test("the proof is compared in constant time", () => {
    const ticket = rotating("PENDING");
    const compare = vi.spyOn(crypto, "timingSafeEqual");
    syncBuiltinESMExports();
    onTestFinished(() => {
      compare.mockRestore();
      syncBuiltinESMExports();
    });
    scan(ticket, { number: 4, proof: "AAAAAAAAAAAA" });
    expect(compare).toHaveBeenCalledExactlyOnceWith(
      Buffer.from("AAAAAAAAAAAA"),
      Buffer.from(qrStepOf(ticket.id, qrRotation, 4).proof),
    );
  });

  test.each(["withdraw", "expire"] as const)("the key is dropped when %s ends the ticket", (name) => {
    const ticket = rotating("SCANNED");
    const decision = decide(ticket, { name }, { now, writeId: newWriteId(), lifetimes });
    expect(decision).toMatchObject({ kind: "write", next: { qrRotation: undefined } });
    expect(JSON.stringify(decision)).not.toContain(qrRotation.key);
  });
});

describe("the steps of a ticket", () => {
  test.each([
    ["before the start, after the clock was set back", -3_600_000, 1],
    ["at the start", 0, 1],
    ["in the last millisecond of the first step", 9_999, 1],
    ["at the second step", 10_000, 2],
    ["in the last step", 119_999, 12],
    ["after the last step", 3_600_000, 12],
  ])("%s, the screen shows the right one", (_, elapsed, number) => {
    expect(shownStepNumber(rotating("PENDING"), noon + elapsed)).toBe(number);
  });

  test.each([...liveStates.slice(1), ...(Object.keys(terminal) as TicketState[])])(
    "in %s, the screen shows none",
    (state) => {
      expect(shownStepNumber(ticketIn(state, { qrRotation }), now)).toBeUndefined();
    },
  );

  test("each step ends when the next one begins, and the last one has no end", () => {
    for (let number = 1; number < qrRotation.maxSteps; number++) {
      const end = stepEndOf(qrRotation, number) ?? 0;
      expect(shownStepNumber(rotating("PENDING"), end - 1)).toBe(number);
      expect(shownStepNumber(rotating("PENDING"), end)).toBe(number + 1);
    }
    expect(stepEndOf(qrRotation, qrRotation.maxSteps)).toBeUndefined();
  });

  test("no two steps, tickets or keys have the same proof", () => {
    const proofs = new Set<string>();
    for (let number = 1; number <= 1_000; number++) {
      proofs.add(qrStepOf("q83vEjRWeJCrze8SNFZ4kA", qrRotation, number).proof);
      proofs.add(qrStepOf(newTicketId(), qrRotation, 1).proof);
      proofs.add(qrStepOf("q83vEjRWeJCrze8SNFZ4kA", { ...qrRotation, key: newQrKey() }, 1).proof);
    }
    expect(proofs.size).toBe(3_000);
    for (const proof of proofs) expect(proof).toMatch(/^[\w-]{12}$/);
  });

  test("a policy without an interval makes no steps, and another one keeps its values and a new key", () => {
    const policy = { interval: 10_000, overlap: 3_000, maxSteps: 12 };
    expect(newQrRotation({ ...policy, interval: 0 }, noon)).toBeUndefined();
    const [one, two] = [newQrRotation(policy, noon), newQrRotation(policy, noon)];
    expect(one).toEqual({ ...policy, startedAt: noon, key: expect.stringMatching(/^[\w-]{21}[AQgw]$/) });
    expect(two?.key).not.toBe(one?.key);
  });
});
