import { verifyCodeChallenge } from "./secrets.js";
import type { CancelReason, Lifetimes, Ticket, TicketState } from "./ticket.js";
import { isTerminal } from "./ticket.js";
import type { ErrorReason } from "./ticket_error.js";
import type { Approver, UserProfile } from "./user.js";

/** What can be asked of a ticket that exists, by a caller whose credential and right to see it have been checked. */
export type Command =
  | { readonly name: "markScanned"; readonly approver: Approver }
  | { readonly name: "authorize"; readonly approver: Approver; readonly profile: UserProfile }
  | { readonly name: "cancel"; readonly approver: Approver }
  | { readonly name: "withdraw" }
  | { readonly name: "exchange"; readonly codeVerifier: string }
  /** The time of the ticket has run out. */
  | { readonly name: "expire" };

/** What the next write is made with. */
export interface WriteContext {
  /** The moment by the clock of the tickets, in milliseconds. */
  readonly now: number;
  /** A fresh write id. */
  readonly writeId: string;
  readonly lifetimes: Lifetimes;
}

/** What a command does to a ticket: write `next`, or nothing since it was done before, or refuse. */
export type Decision =
  | { readonly kind: "write"; readonly next: Ticket }
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "reject";
      readonly reason: ErrorReason;
      /** The state that speaks against it; undefined where the caller does. */
      readonly currentState: TicketState | undefined;
    };

/** One cell of the table: the state to go to, no change, a refusal, or no change for whoever ended it this way. */
type Cell =
  | { readonly to: TicketState; readonly cancelReason?: CancelReason }
  | { readonly unchanged: true; readonly whenCancelReason?: CancelReason; readonly otherwise?: ErrorReason }
  | { readonly reject: ErrorReason };

const to = (state: TicketState, cancelReason?: CancelReason): Cell =>
  cancelReason ? { to: state, cancelReason } : { to: state };
const unchanged: Cell = { unchanged: true };
const unchangedIf = (reason: CancelReason, otherwise: ErrorReason): Cell => ({
  unchanged: true,
  whenCancelReason: reason,
  otherwise,
});
const reject = (reason: ErrorReason): Cell => ({ reject: reason });

/**
 * The transition table: the only place where a state decides what a command does.
 * A state or a command without its cells does not compile.
 */
export const transitions: Readonly<Record<TicketState, Readonly<Record<Command["name"], Cell>>>> = {
  PENDING: {
    markScanned: to("SCANNED"),
    authorize: reject("TICKET_NOT_SCANNED"),
    cancel: reject("TICKET_NOT_SCANNED"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    exchange: reject("TICKET_NOT_AUTHORIZED"),
    expire: to("EXPIRED"),
  },
  SCANNED: {
    markScanned: unchanged,
    authorize: to("AUTHORIZED"),
    cancel: to("CANCELLED", "CANCELLED_BY_APPROVER"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    exchange: reject("TICKET_NOT_AUTHORIZED"),
    expire: to("EXPIRED"),
  },
  AUTHORIZED: {
    markScanned: unchanged,
    authorize: unchanged,
    cancel: reject("TICKET_ALREADY_AUTHORIZED"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    exchange: to("EXCHANGED"),
    expire: to("EXPIRED"),
  },
  EXCHANGED: {
    markScanned: reject("TICKET_ALREADY_EXCHANGED"),
    authorize: reject("TICKET_ALREADY_EXCHANGED"),
    cancel: reject("TICKET_ALREADY_EXCHANGED"),
    withdraw: reject("TICKET_ALREADY_EXCHANGED"),
    exchange: reject("TICKET_ALREADY_EXCHANGED"),
    expire: unchanged,
  },
  CANCELLED: {
    markScanned: reject("TICKET_CANCELLED"),
    authorize: reject("TICKET_CANCELLED"),
    cancel: unchangedIf("CANCELLED_BY_APPROVER", "TICKET_CANCELLED"),
    withdraw: unchangedIf("WITHDRAWN_BY_CREATOR", "TICKET_CANCELLED"),
    exchange: reject("TICKET_CANCELLED"),
    expire: unchanged,
  },
  EXPIRED: {
    markScanned: reject("TICKET_EXPIRED"),
    authorize: reject("TICKET_EXPIRED"),
    cancel: reject("TICKET_EXPIRED"),
    withdraw: reject("TICKET_EXPIRED"),
    exchange: reject("TICKET_EXPIRED"),
    expire: unchanged,
  },
};

/**
 * Decides what a command does to a ticket. Pure: the same arguments, the same answer.
 *
 * Where several things are wrong the answer is the first of user pool, scanner, proof, state. Expiry is a command of its own:
 * whoever calls this with another one has let it take effect before ({@link expireIfDue}).
 *
 * @throws Error when an approver's command would pass on a ticket that has lost its scanner.
 */
export function decide(ticket: Ticket, command: Command, context: WriteContext): Decision {
  const failure = checkFailureOf(ticket, command);
  // A stranger is not told the state.
  if (failure) return { kind: "reject", reason: failure, currentState: undefined };

  const currentState = ticket.state;
  const cell = transitions[currentState][command.name];
  if ("reject" in cell) return { kind: "reject", reason: cell.reject, currentState };
  if ("unchanged" in cell) {
    if (cell.otherwise !== undefined && cell.whenCancelReason !== ticket.cancelReason) {
      return { kind: "reject", reason: cell.otherwise, currentState };
    }
    assertHasScanner(ticket, command);
    return { kind: "unchanged" };
  }
  const next: Ticket = {
    ...ticket,
    ...changesOf(command, context),
    state: cell.to,
    revision: ticket.revision + 1,
    writeId: context.writeId,
  };
  assertHasScanner(next, command);
  return { kind: "write", next: isTerminal(cell.to) ? toFinished(next, cell.cancelReason, context) : next };
}

/** The ticket after its time has run out, to be written in place of `ticket`; undefined while it lives or once it is finished. */
export function expireIfDue(ticket: Ticket, context: WriteContext): Ticket | undefined {
  if (context.now < ticket.expiresAt) return undefined;
  const decision = decide(ticket, { name: "expire" }, context);
  return decision.kind === "write" ? decision.next : undefined;
}

/** What speaks against the command whatever the state is: who gives it, and what they cannot prove. */
function checkFailureOf(ticket: Ticket, command: Command): ErrorReason | undefined {
  switch (command.name) {
    case "markScanned":
    case "authorize":
    case "cancel":
      if (command.approver.userPoolId !== ticket.userPoolId) return "USER_POOL_MISMATCH";
      // Without a scanner there is nobody to be: the state then refuses all but the first scan.
      if (ticket.scanner && !isScanner(ticket.scanner, command.approver)) return "SCANNED_BY_ANOTHER_USER";
      return undefined;
    case "exchange":
      return isCodeVerifierValid(command.codeVerifier, ticket.codeChallenge) ? undefined : "PROOF_INVALID";
    case "withdraw":
    case "expire":
      return undefined;
  }
}

/** What an approver's command passes on has a scanner: a binding that got lost is a fault and not an open door. */
function assertHasScanner(ticket: Ticket, command: Command): void {
  if ("approver" in command && !ticket.scanner) throw new Error("a ticket past PENDING has no scanner");
}

function isScanner(scanner: NonNullable<Ticket["scanner"]>, approver: Approver): boolean {
  return scanner.issuer === approver.issuer && scanner.subject === approver.subject;
}

function isCodeVerifierValid(codeVerifier: string, codeChallenge: string | undefined): boolean {
  // A verifier without a challenge is a client that believes itself protected and is not (RFC 9700, section 2.1.1).
  if (codeChallenge === undefined) return codeVerifier === "";
  return codeVerifier !== "" && verifyCodeChallenge(codeVerifier, codeChallenge);
}

/** What a command brings to a ticket that goes on living. */
function changesOf(command: Command, context: WriteContext): Partial<Ticket> {
  if (command.name === "markScanned") {
    const { issuer, subject, profile } = command.approver;
    return { scanner: { issuer, subject }, scannedBy: { nickname: profile.nickname, photo: profile.photo } };
  }
  if (command.name === "authorize") {
    return {
      expiresAt: context.now + context.lifetimes.authorized,
      approval: { approvedAt: context.now, profile: command.profile, signIn: command.approver.signIn },
    };
  }
  return {};
}

/** A finished ticket keeps what tells "expired", "cancelled" and "exchanged" apart, and no personal data. */
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
  };
}
