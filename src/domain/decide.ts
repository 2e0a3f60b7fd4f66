import type { QrStep } from "./qr_rotation.js";
import { judgeCode } from "./qr_rotation.js";
import { isSameDigest, verifyCodeChallenge } from "./secrets.js";
import type { CancelReason, CheckCode, Lifetimes, Ticket, TicketState } from "./ticket.js";
import { isTerminal } from "./ticket.js";
import type { ErrorReason } from "./ticket_error.js";
import { type Column, transitions } from "./transitions.js";
import type { Approver, UserProfile } from "./user.js";

/** A command to an existing ticket. Its caller is authenticated, and an app's access to the ticket is checked. */
export type Command =
  | {
      readonly name: "markScanned";
      readonly approver: Approver;
      /** True if the mobile app says that it can show a check code. */
      readonly showsCheckCode: boolean;
      /** Step of the scanned code; undefined if the phone sent a bare ticket id. */
      readonly step: QrStep | undefined;
    }
  | {
      readonly name: "authorize";
      readonly approver: Approver;
      readonly profile: UserProfile;
      /** Fresh random digits, as many as the ticket needs. */
      readonly checkCode: string;
    }
  | { readonly name: "cancel"; readonly approver: Approver }
  | { readonly name: "withdraw" }
  | { readonly name: "submitCheckCode"; readonly checkCode: string }
  | { readonly name: "exchange"; readonly codeVerifier: string }
  /** Expiry: the ticket's time has run out. */
  | { readonly name: "expire" };

/** Values for the next write. */
export interface WriteContext {
  /** Current moment by the tickets' clock, in milliseconds. */
  readonly now: number;
  /** Fresh write id. */
  readonly writeId: string;
  readonly lifetimes: Lifetimes;
}

/** The effect of a command: a write of `next`, no change because none is necessary, or a rejection. */
export type Decision =
  | {
      readonly kind: "write";
      readonly next: Ticket;
      /** Reason with which the command is rejected once `next` is written; undefined if it succeeds. */
      readonly rejection: ErrorReason | undefined;
    }
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "reject";
      readonly reason: ErrorReason;
      /** State that rules the command out; undefined if the caller is the reason. */
      readonly currentState: TicketState | undefined;
    };

/**
 * Decides what a command does to a ticket. A pure function.
 *
 * If several checks fail, reports the first in this order: user pool, scanner, proof, state. Expiry is a separate
 * command: apply {@link expireIfDue} before any other command.
 *
 * @throws Error when an approver's command would pass on a ticket that has lost its scanner.
 */
export function decide(ticket: Ticket, command: Command, context: WriteContext): Decision {
  const failure = checkFailureOf(ticket, command);
  // Leaves out the state, which a caller who fails a check must not learn.
  if (failure) return { kind: "reject", reason: failure, currentState: undefined };

  const currentState = ticket.state;
  const cell = transitions[currentState][columnOf(ticket, command, context.now)];
  if ("reject" in cell) {
    return { kind: "reject", reason: cell.reject, currentState: cell.hidesState ? undefined : currentState };
  }
  if ("unchanged" in cell) {
    if (cell.otherwise !== undefined && cell.whenCancelReason !== ticket.cancelReason) {
      return { kind: "reject", reason: cell.otherwise, currentState };
    }
    assertHasScanner(ticket, command);
    return { kind: "unchanged" };
  }
  const next: Ticket = {
    ...ticket,
    ...changesOf(ticket, command, cell.to, context),
    state: cell.to,
    revision: ticket.revision + 1,
    writeId: context.writeId,
  };
  assertHasScanner(next, command);
  return {
    kind: "write",
    next: isTerminal(cell.to) ? toFinished(next, cell.cancelReason, context) : next,
    rejection: cell.rejection,
  };
}

/** Returns the expired ticket to write in place of `ticket`, or undefined if that is still live or already finished. */
export function expireIfDue(ticket: Ticket, context: WriteContext): Ticket | undefined {
  if (context.now < ticket.expiresAt) return undefined;
  const decision = decide(ticket, { name: "expire" }, context);
  return decision.kind === "write" ? decision.next : undefined;
}

/** Number of wrong check codes after which a ticket is cancelled. */
export const maxCheckCodeAttempts = 3;

/** Returns the number of check codes that may still be submitted. */
export function checkCodeAttemptsLeft({ checkCode }: Ticket): number {
  return checkCode ? maxCheckCodeAttempts - checkCode.wrongAttempts : 0;
}

const scanColumns = { current: "markScanned", rotated: "rotatedScan", forged: "forgedScan" } as const;

function columnOf(ticket: Ticket, command: Command, now: number): Column {
  switch (command.name) {
    case "markScanned":
      return scanColumns[judgeCode(ticket, command.step, now)];
    case "authorize":
      return ticket.checkCodeDigits > 0 ? "authorizeWithCheckCode" : "authorize";
    case "submitCheckCode":
      // In constant time, which must not show how many digits of a guess are right.
      if (ticket.checkCode && isSameDigest(command.checkCode, ticket.checkCode.digits))
        return "rightCheckCode";
      return checkCodeAttemptsLeft(ticket) > 1 ? "wrongCheckCode" : "lastWrongCheckCode";
    default:
      return command.name;
  }
}

/** Returns the failure of the checks that do not depend on the state: user pool, scanner, phone, PKCE proof. */
function checkFailureOf(ticket: Ticket, command: Command): ErrorReason | undefined {
  switch (command.name) {
    case "markScanned":
    case "authorize":
    case "cancel":
      if (command.approver.userPoolId !== ticket.userPoolId) return "USER_POOL_MISMATCH";
      // Before the first scan there is no scanner to compare with. The table then accepts only the scan of an approver.
      if (ticket.scanner && !isScanner(ticket.scanner, command.approver)) return "SCANNED_BY_ANOTHER_USER";
      if (command.name === "markScanned" && ticket.checkCodeDigits > 0 && !command.showsCheckCode)
        return "PHONE_TOO_OLD";
      return undefined;
    case "exchange":
      return isCodeVerifierValid(command.codeVerifier, ticket.codeChallenge) ? undefined : "PROOF_INVALID";
    case "withdraw":
    case "submitCheckCode":
    case "expire":
      return undefined;
  }
}

/**
 * Throws if an approver's command would pass without a scanner. Otherwise any user could act on a ticket that has lost
 * its scanner.
 */
function assertHasScanner(ticket: Ticket, command: Command): void {
  if ("approver" in command && !ticket.scanner) throw new Error("a ticket past PENDING has no scanner");
}

function isScanner(scanner: NonNullable<Ticket["scanner"]>, approver: Approver): boolean {
  return scanner.issuer === approver.issuer && scanner.subject === approver.subject;
}

function isCodeVerifierValid(codeVerifier: string, codeChallenge: string | undefined): boolean {
  // A verifier without a challenge comes from a client that wrongly relies on PKCE (RFC 9700, section 2.1.1).
  if (codeChallenge === undefined) return codeVerifier === "";
  return codeVerifier !== "" && verifyCodeChallenge(codeVerifier, codeChallenge);
}

/** Returns the fields that a command changes on a live ticket. */
function changesOf(
  ticket: Ticket,
  command: Command,
  to: TicketState,
  { now, lifetimes }: WriteContext,
): Partial<Ticket> {
  switch (command.name) {
    case "markScanned": {
      const { issuer, subject, profile } = command.approver;
      return {
        scanner: { issuer, subject },
        scannedBy: { nickname: profile.nickname, photo: profile.photo },
      };
    }
    case "authorize": {
      const approval = {
        approvedAt: now,
        profile: command.profile,
        signIn: command.approver.signIn,
      };
      if (to === "AUTHORIZED") return { expiresAt: now + lifetimes.authorized, approval };
      const expiresAt = Math.max(ticket.expiresAt, now + lifetimes.checkCode);
      return { expiresAt, approval, checkCode: newCheckCodeOf(ticket, command.checkCode) };
    }
    case "submitCheckCode": {
      if (to === "AUTHORIZED") return { expiresAt: now + lifetimes.authorized };
      const { checkCode } = ticket;
      return { checkCode: checkCode && { ...checkCode, wrongAttempts: checkCode.wrongAttempts + 1 } };
    }
    default:
      return {};
  }
}

/** Throws if the digits are not as many as the ticket needs. A shorter code would be easier to guess. */
function newCheckCodeOf({ checkCodeDigits }: Ticket, digits: string): CheckCode {
  if (digits.length !== checkCodeDigits) throw new Error("the check code has the wrong length");
  return { digits, wrongAttempts: 0 };
}

/** Returns the ticket in its terminal state: without profiles and context, but with the fields for later checks. */
function toFinished(ticket: Ticket, cancelReason: CancelReason | undefined, context: WriteContext): Ticket {
  return {
    ...ticket,
    cancelReason,
    purgeAt: context.now + context.lifetimes.retention,
    customData: undefined,
    customDataSource: undefined,
    requester: undefined,
    scannedBy: undefined,
    approval: undefined,
    checkCode: undefined,
    qrRotation: undefined,
  };
}
