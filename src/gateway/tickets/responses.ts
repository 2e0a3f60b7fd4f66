import { millisecondsOf } from "../../base/durations.js";
import { CancelReason, type ExchangeUserInfoResponse, TicketState } from "../../client/index.js";
import { enumNameOf } from "../http/enum_names.js";
import type { TicketSnapshot } from "./watch_hub.js";

/** The status that pages receive. */
export interface TicketStatus {
  readonly ticketId: string;
  /**
   * Name of the state, such as `SCANNED`. A page must treat an unknown name as a state that is not terminal.
   */
  readonly state: string;
  readonly revision: number;
  readonly expiresAt: string | null;
  readonly remainingMs: number;
  readonly scannedBy: { readonly nickname: string; readonly photoUrl: string } | null;
  /** Null unless the state is AUTHORIZED and {@link exposesExchangeTicket} returns true. */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
}

/** Returns the status as JSON for a page, with the exchange ticket only if `includeExchangeTicket` is set. */
export function toTicketStatus(snapshot: TicketSnapshot, includeExchangeTicket: boolean): TicketStatus {
  const { status } = snapshot;
  return {
    ticketId: status.ticketId,
    state: enumNameOf(TicketState, status.state),
    revision: status.revision,
    expiresAt: status.expireTime?.toISOString() ?? null,
    remainingMs: snapshot.remainingMs(),
    scannedBy: status.scannedBy ?? null,
    exchangeTicket: includeExchangeTicket && status.exchangeTicket !== "" ? status.exchangeTicket : null,
    cancelReason: status.cancelReason === 0 ? null : enumNameOf(CancelReason, status.cancelReason),
  };
}

/** Returns the response to an exchange as JSON. */
export function toExchangeResponse({
  user,
  userPoolId,
  approval,
  tokenSet,
}: ExchangeUserInfoResponse): unknown {
  return {
    user: user ?? null,
    userPoolId,
    approval: approval ?? null,
    tokenSet: tokenSet
      ? {
          idToken: tokenSet.idToken,
          accessToken: tokenSet.accessToken,
          tokenType: "Bearer",
          expiresAt: tokenSet.expireTime?.toISOString() ?? null,
          expiresInMs: millisecondsOf(tokenSet.remainingDuration),
        }
      : null,
  };
}
