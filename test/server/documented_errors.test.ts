import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Command, decide } from "../../src/domain/decide.js";
import { newWriteId } from "../../src/domain/secrets.js";
import type { TicketState } from "../../src/domain/ticket.js";
import { type ErrorReason, errorReasons } from "../../src/domain/ticket_error.js";
import { noon } from "../support/clock.js";
import { alice, bob, lifetimes, ticketIn } from "../support/tickets.js";

const proto = readFileSync(new URL("../../proto/qrlogin/v1/qr_login_service.proto", import.meta.url), "utf8");

const adminProto = readFileSync(
  new URL("../../proto/qrlogin/v1/qr_login_admin_service.proto", import.meta.url),
  "utf8",
);

/** Returns the error reasons in a text, without repetitions. */
function reasonsIn(text: string): ErrorReason[] {
  const words = new Set(text.match(/[A-Z_]{2,}/g));
  return errorReasons.filter((reason) => words.has(reason));
}

/** Errors of every method, according to the comment of the service. */
const general = reasonsIn(
  /\/\/ Any method may return.*?(?=\/\/ Messages are limited)/s.exec(proto)?.[0] ?? "",
);

/** Errors of each method, according to its comment after `Errors:`. */
const byMethod = new Map(
  [...proto.matchAll(/(?<comment>(?:^ {2}\/\/.*\n)+) {2}rpc (?<name>\w+)/gm)].map(({ groups }) => [
    groups?.name ?? "",
    reasonsIn(/\bErrors: .*/s.exec(groups?.comment ?? "")?.[0] ?? ""),
  ]),
);

/** Returns the errors of the transition table for a command in any state, from anybody. */
function rejectionsOf(commands: readonly Command[]): ErrorReason[] {
  const context = { now: noon + 10_000, writeId: newWriteId(), lifetimes };
  const states: TicketState[] = [
    ...(["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"] as const),
    ...(["EXCHANGED", "CANCELLED", "EXPIRED"] as const),
  ];
  const reasons = (["CANCELLED_BY_APPROVER", "WITHDRAWN_BY_CREATOR"] as const).flatMap((cancelReason) =>
    states.flatMap((state) =>
      commands.map((command) => {
        const changes = { checkCodeDigits: 6, ...(state === "CANCELLED" && { cancelReason }) };
        const decision = decide(ticketIn(state, changes), command, context);
        if (decision.kind === "reject") return [decision.reason];
        return decision.kind === "write" && decision.rejection ? [decision.rejection] : [];
      }),
    ),
  );
  return reasons.flat();
}

const stranger = { ...alice, userPoolId: "staff" };
const approvers = [alice, bob, stranger];

/** Errors of the methods that an administrator can switch off. */
const switchable = ["SIGN_IN_DISABLED"] as const;

/** Errors of every method that loads a ticket. See `load` in `apply_command.ts`. */
const loading = ["TICKET_NOT_FOUND", "CONCURRENT_UPDATE"] as const;

const expected: Readonly<Record<string, readonly ErrorReason[]>> = {
  CreateTicket: ["TOO_MANY_TICKETS", "RATE_LIMITED", "POLICY_NOT_SUPPORTED", ...switchable],
  GetStatus: [...loading, "RATE_LIMITED"],
  WatchStatus: [...loading, "TOO_MANY_WATCHES", "WATCH_SUPERSEDED"],
  MarkScanned: [
    ...loading,
    ...switchable,
    ...(["QR_CONTENT_INVALID", "QR_ROTATED", "RATE_LIMITED"] as const),
    ...rejectionsOf(
      approvers.flatMap((approver) =>
        [true, false].map((showsCheckCode) => ({
          name: "markScanned",
          approver,
          showsCheckCode,
          step: undefined,
        })),
      ),
    ),
  ],
  Authorize: [
    ...loading,
    ...switchable,
    ...rejectionsOf(
      approvers.map((approver) => ({
        name: "authorize",
        approver,
        profile: approver.profile,
        checkCode: "042137",
      })),
    ),
  ],
  Cancel: [...loading, ...rejectionsOf(approvers.map((approver) => ({ name: "cancel", approver })))],
  SubmitCheckCode: [
    ...loading,
    "RATE_LIMITED",
    ...rejectionsOf(["042137", "999999"].map((checkCode) => ({ name: "submitCheckCode", checkCode }))),
  ],
  Withdraw: [...loading, ...rejectionsOf([{ name: "withdraw" }])],
  ExchangeUserInfo: [
    ...loading,
    ...switchable,
    "OUTCOME_UNKNOWN",
    ...rejectionsOf(
      ["", "an unexpected verifier"].map((codeVerifier) => ({ name: "exchange", codeVerifier })),
    ),
  ],
  GetSigningKeys: [],
};

it("the proto documents every method", () => {
  expect([...byMethod.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
});

it.each(Object.entries(expected))(
  "the comment of %s lists the errors that the code can return, besides those of every method",
  (name, reasons) => {
    expect(byMethod.get(name)?.toSorted()).toEqual([...new Set(reasons)].toSorted());
  },
);

it("every error reason is one of every method or of some method", () => {
  const ofAdminService = reasonsIn(/\/\/ Any method may return.*?(?=service )/s.exec(adminProto)?.[0] ?? "");
  expect(ofAdminService).toContain("ADMIN_UNAUTHENTICATED");
  const documented = [...general, ...[...byMethod.values()].flat(), ...ofAdminService];
  expect(new Set(documented)).toEqual(new Set(errorReasons));
});
