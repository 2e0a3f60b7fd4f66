import type { CancelReason, TicketState } from "./ticket.js";
import type { ErrorReason } from "./ticket_error.js";

/**
 * A column of the table: a command, or a case of a command that the ticket decides on. A scanned code is current,
 * rotated or forged, an approval may need a check code, and a submitted code is right, wrong, or wrong for the last
 * time.
 */
export type Column =
  | "markScanned"
  | "rotatedScan"
  | "forgedScan"
  | "authorize"
  | "authorizeWithCheckCode"
  | "cancel"
  | "withdraw"
  | "rightCheckCode"
  | "wrongCheckCode"
  | "lastWrongCheckCode"
  | "exchange"
  | "expire";

/**
 * A cell of the table: a target state, no change, or a rejection. With `rejection`, the target state is written and the
 * command rejected. With `whenCancelReason`, the cell means no change for a ticket with that cancel reason, and a
 * rejection with `otherwise` for all others. With `hidesState`, the caller is the reason and does not learn the state.
 */
type Cell =
  | { readonly to: TicketState; readonly cancelReason?: CancelReason; readonly rejection?: ErrorReason }
  | { readonly unchanged: true; readonly whenCancelReason?: CancelReason; readonly otherwise?: ErrorReason }
  | { readonly reject: ErrorReason; readonly hidesState?: true };

const to = (state: TicketState, cancelReason?: CancelReason): Cell =>
  cancelReason ? { to: state, cancelReason } : { to: state };
const unchanged: Cell = { unchanged: true };
const unchangedIf = (reason: CancelReason, otherwise: ErrorReason): Cell => ({
  unchanged: true,
  whenCancelReason: reason,
  otherwise,
});
const reject = (reason: ErrorReason): Cell => ({ reject: reason });
const rejectCheckCodes = (reason: ErrorReason) => ({
  rightCheckCode: reject(reason),
  wrongCheckCode: reject(reason),
  lastWrongCheckCode: reject(reason),
});

const forgedScan: Cell = { reject: "QR_CONTENT_INVALID", hidesState: true };
// The scanner's phone may repeat its call after a lost response, when the code has changed meanwhile.
const repeatedScan = { markScanned: unchanged, rotatedScan: unchanged, forgedScan };
// The key is gone with the end of the ticket, so all codes are alike.
const rejectScans = (reason: ErrorReason) => ({
  markScanned: reject(reason),
  rotatedScan: reject(reason),
  forgedScan: reject(reason),
});

/**
 * The transition table: the only place where a state decides what a command does. The compiler reports a missing
 * state or command.
 */
export const transitions: Readonly<Record<TicketState, Readonly<Record<Column, Cell>>>> = {
  PENDING: {
    markScanned: to("SCANNED"),
    rotatedScan: reject("QR_ROTATED"),
    forgedScan,
    authorize: reject("TICKET_NOT_SCANNED"),
    authorizeWithCheckCode: reject("TICKET_NOT_SCANNED"),
    cancel: reject("TICKET_NOT_SCANNED"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    ...rejectCheckCodes("CHECK_CODE_NOT_EXPECTED"),
    exchange: reject("TICKET_NOT_AUTHORIZED"),
    expire: to("EXPIRED"),
  },
  SCANNED: {
    ...repeatedScan,
    authorize: to("AUTHORIZED"),
    authorizeWithCheckCode: to("AWAITING_CHECK_CODE"),
    cancel: to("CANCELLED", "CANCELLED_BY_APPROVER"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    ...rejectCheckCodes("CHECK_CODE_NOT_EXPECTED"),
    exchange: reject("TICKET_NOT_AUTHORIZED"),
    expire: to("EXPIRED"),
  },
  AWAITING_CHECK_CODE: {
    ...repeatedScan,
    authorize: unchanged,
    authorizeWithCheckCode: unchanged,
    cancel: to("CANCELLED", "CANCELLED_BY_APPROVER"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    rightCheckCode: to("AUTHORIZED"),
    wrongCheckCode: { to: "AWAITING_CHECK_CODE", rejection: "CHECK_CODE_MISMATCH" },
    lastWrongCheckCode: {
      to: "CANCELLED",
      cancelReason: "CHECK_CODE_FAILED",
      rejection: "CHECK_CODE_MISMATCH",
    },
    exchange: reject("TICKET_NOT_AUTHORIZED"),
    expire: to("EXPIRED"),
  },
  AUTHORIZED: {
    ...repeatedScan,
    authorize: unchanged,
    authorizeWithCheckCode: unchanged,
    cancel: reject("TICKET_ALREADY_AUTHORIZED"),
    withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
    ...rejectCheckCodes("CHECK_CODE_NOT_EXPECTED"),
    rightCheckCode: unchanged,
    exchange: to("EXCHANGED"),
    expire: to("EXPIRED"),
  },
  EXCHANGED: {
    ...rejectScans("TICKET_ALREADY_EXCHANGED"),
    authorize: reject("TICKET_ALREADY_EXCHANGED"),
    authorizeWithCheckCode: reject("TICKET_ALREADY_EXCHANGED"),
    cancel: reject("TICKET_ALREADY_EXCHANGED"),
    withdraw: reject("TICKET_ALREADY_EXCHANGED"),
    ...rejectCheckCodes("TICKET_ALREADY_EXCHANGED"),
    exchange: reject("TICKET_ALREADY_EXCHANGED"),
    expire: unchanged,
  },
  CANCELLED: {
    ...rejectScans("TICKET_CANCELLED"),
    authorize: reject("TICKET_CANCELLED"),
    authorizeWithCheckCode: reject("TICKET_CANCELLED"),
    ...rejectCheckCodes("TICKET_CANCELLED"),
    cancel: unchangedIf("CANCELLED_BY_APPROVER", "TICKET_CANCELLED"),
    withdraw: unchangedIf("WITHDRAWN_BY_CREATOR", "TICKET_CANCELLED"),
    exchange: reject("TICKET_CANCELLED"),
    expire: unchanged,
  },
  EXPIRED: {
    ...rejectScans("TICKET_EXPIRED"),
    authorize: reject("TICKET_EXPIRED"),
    authorizeWithCheckCode: reject("TICKET_EXPIRED"),
    cancel: reject("TICKET_EXPIRED"),
    withdraw: reject("TICKET_EXPIRED"),
    ...rejectCheckCodes("TICKET_EXPIRED"),
    exchange: reject("TICKET_EXPIRED"),
    expire: unchanged,
  },
};

/**
 * Returns the reason with which an exchange is rejected in the state of this name. Returns undefined if the state
 * allows an exchange, or is unknown to this release.
 */
export function exchangeErrorOf(stateName: string): ErrorReason | undefined {
  const cell = Object.hasOwn(transitions, stateName)
    ? transitions[stateName as TicketState].exchange
    : undefined;
  return cell && "reject" in cell ? cell.reject : undefined;
}
