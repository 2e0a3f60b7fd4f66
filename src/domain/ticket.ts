import type { Approver, SignInContext, UserProfile } from "./user.js";

/** State of a ticket, named as in `TicketState` of the proto. */
export type TicketState =
  | "PENDING"
  | "SCANNED"
  | "AWAITING_CHECK_CODE"
  | "AUTHORIZED"
  | "EXCHANGED"
  | "CANCELLED"
  | "EXPIRED";

/** Reason why a ticket is CANCELLED, named as in `CancelReason` of the proto. */
export type CancelReason = "CANCELLED_BY_APPROVER" | "WITHDRAWN_BY_CREATOR" | "CHECK_CODE_FAILED";

/** Source of an item that is shown to the approver, named as in `ContextSource` of the proto. */
export type ContextSource = "STATED_BY_APP" | "OBSERVED_BY_GATEWAY" | "CLAIMED_BY_PAGE";

/** The device that asks for the sign-in. An absent item is an empty text without a source. */
export interface RequesterContext {
  readonly ipAddress: string;
  readonly userAgent: string;
  readonly deviceName: string;
  readonly location: string;
  readonly ipAddressSource: ContextSource | undefined;
  readonly userAgentSource: ContextSource | undefined;
  readonly deviceNameSource: ContextSource | undefined;
  readonly locationSource: ContextSource | undefined;
}

/** Data of the approval that is kept for the exchange. */
export interface Approval {
  readonly approvedAt: number;
  readonly profile: UserProfile;
  readonly signIn: SignInContext;
}

/** The check code of an approval. */
export interface CheckCode {
  /** Decimal digits. */
  readonly digits: string;
  /** Number of wrong codes so far. */
  readonly wrongAttempts: number;
}

/**
 * Codes that a ticket shows one after another while it waits to be scanned. A step follows from the time alone, so it
 * costs no write, and every node that reads the ticket computes the same one.
 */
export interface QrRotation {
  /** Random key of 128 bits, base64url, from which the proofs of the steps are derived. */
  readonly key: string;
  /** Moment at which the first step began. */
  readonly startedAt: number;
  /** Duration of a step, in milliseconds. */
  readonly interval: number;
  /** Time for which a replaced code is still accepted, in milliseconds. */
  readonly overlap: number;
  /** Number of the last step, at which the ticket expires. */
  readonly maxSteps: number;
}

/**
 * An attempt to sign in on one screen by scanning with a phone. Immutable: every write creates a new ticket.
 *
 * Times are moments of the clock that expires the store's tickets, in milliseconds.
 */
export interface Ticket {
  /** Random id of 128 bits, base64url. It identifies the ticket but is not a credential. */
  readonly id: string;
  /** App that created the ticket; the only app that may watch and exchange it. */
  readonly appId: string;
  /** User pool whose users may approve. */
  readonly userPoolId: string;
  readonly scene: string;
  readonly state: TicketState;
  /** Number of writes, from 1. For readers; compare-and-set uses `writeId` instead. */
  readonly revision: number;
  /** Fresh random id of every write, for compare-and-set. */
  readonly writeId: string;
  /** Labelled SHA-256 of the exchange ticket, base64url. It also serves to verify the ticket secret. */
  readonly exchangeDigest: string;
  /** PKCE challenge (S256); undefined if the app gave none. */
  readonly codeChallenge: string | undefined;
  /** Number of digits of the check code that an approval needs; 0 if it needs none. */
  readonly checkCodeDigits: number;
  /** Moment at which the current state expires. */
  readonly expiresAt: number;
  /** Moment at which a finished ticket is deleted; undefined before it is finished. */
  readonly purgeAt: number | undefined;
  /** Cancel reason, set in CANCELLED only. */
  readonly cancelReason: CancelReason | undefined;
  /** User who scanned: the only one who may approve or cancel. Kept until the ticket is deleted. */
  readonly scanner: Pick<Approver, "issuer" | "subject"> | undefined;

  // Profiles, data for the phone, and keys: dropped by the write into a terminal state.
  /** Custom data as JSON text, or undefined. */
  readonly customData: string | undefined;
  readonly customDataSource: ContextSource | undefined;
  readonly requester: RequesterContext | undefined;
  readonly scannedBy: Pick<UserProfile, "nickname" | "photo"> | undefined;
  readonly approval: Approval | undefined;
  /** Check code, from the approval on; undefined if none is needed. */
  readonly checkCode: CheckCode | undefined;
  /** Changing codes, by the policy at the creation; undefined if the code does not change. */
  readonly qrRotation: QrRotation | undefined;
}

/** Lifetimes of tickets, in milliseconds. */
export interface Lifetimes {
  /** Time for the exchange, from the approval on, or from the right check code on. */
  readonly authorized: number;
  /** Least time to type the check code, from the approval on. */
  readonly checkCode: number;
  /** Time from the end of a ticket to its deletion. */
  readonly retention: number;
}

/** Reports whether the state is terminal: no other state follows. */
export function isTerminal(state: TicketState): boolean {
  return state === "EXCHANGED" || state === "CANCELLED" || state === "EXPIRED";
}

/** Returns the moment of the next change by time alone: expiry of a live ticket, deletion of a finished one. */
export function deadlineOf(ticket: Ticket): number {
  return ticket.purgeAt ?? ticket.expiresAt;
}
