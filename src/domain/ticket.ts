import type { Approver, SignInContext, UserProfile } from "./user.js";

/** How far a ticket has come, named as in `TicketState` of the proto. */
export type TicketState = "PENDING" | "SCANNED" | "AUTHORIZED" | "EXCHANGED" | "CANCELLED" | "EXPIRED";

/** Who ended a ticket that is CANCELLED, named as in `CancelReason` of the proto. */
export type CancelReason = "CANCELLED_BY_APPROVER" | "WITHDRAWN_BY_CREATOR";

/** The source of an item that the approver is shown, named as in `ContextSource` of the proto. */
export type ContextSource = "STATED_BY_APP" | "OBSERVED_BY_GATEWAY" | "CLAIMED_BY_PAGE";

/** The screen that asks. An absent item is an empty text without a source. */
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

/** What the approval leaves for the exchange. */
export interface Approval {
  readonly approvedAt: number;
  readonly profile: UserProfile;
  readonly signIn: SignInContext;
}

/**
 * One attempt to sign in on one screen by scanning with a phone. Never changed in place: every write makes a new one.
 *
 * Times are moments of the clock by which the store's tickets expire, in milliseconds.
 */
export interface Ticket {
  /** 128 random bits, base64url. Identifies, proves nothing. */
  readonly id: string;
  /** The app that created the ticket; the only one that may follow and exchange it. */
  readonly appId: string;
  /** The pool whose users may approve. */
  readonly userPoolId: string;
  readonly scene: string;
  readonly state: TicketState;
  /** Counts the writes, from 1. For readers; a compare-and-set never uses it. */
  readonly revision: number;
  /** Fresh and random with every write: what a compare-and-set compares. */
  readonly writeId: string;
  /** Labelled SHA-256 of the exchange ticket, base64url. Proves the ticket secret too, from which that is derived. */
  readonly exchangeDigest: string;
  /** PKCE challenge (S256), or undefined where the app gave none. */
  readonly codeChallenge: string | undefined;
  /** When the present state runs out. */
  readonly expiresAt: number;
  /** When a finished ticket is forgotten; undefined before it is finished. */
  readonly purgeAt: number | undefined;
  /** Set in CANCELLED only. */
  readonly cancelReason: CancelReason | undefined;
  /** Who scanned: the only user who may decide. Remembered to the end. */
  readonly scanner: Pick<Approver, "issuer" | "subject"> | undefined;

  // Personal data and what the phone is shown: dropped by the write into a terminal state.
  /** Custom data as JSON text, or undefined. */
  readonly customData: string | undefined;
  readonly customDataSource: ContextSource | undefined;
  readonly requester: RequesterContext | undefined;
  readonly scannedBy: Pick<UserProfile, "nickname" | "photo"> | undefined;
  readonly approval: Approval | undefined;
}

/** How long tickets live, in milliseconds. */
export interface Lifetimes {
  /** From the approval to the last moment of the exchange. */
  readonly authorized: number;
  /** From the end of a ticket to the moment that it is forgotten. */
  readonly retention: number;
}

/** Whether nothing follows the state. */
export function isTerminal(state: TicketState): boolean {
  return state === "EXCHANGED" || state === "CANCELLED" || state === "EXPIRED";
}

/** When something falls due by time alone: the expiry of a live ticket, the forgetting of a finished one. */
export function deadlineOf(ticket: Ticket): number {
  return ticket.purgeAt ?? ticket.expiresAt;
}
