import { millisecondsOf } from "../../base/durations.js";
import { CancelReason, type ExchangeUserInfoResponse, TicketState } from "../../client/index.js";
import { enumNameOf } from "../http/requester_json.js";
import type { TicketSnapshot } from "./watch_hub.js";

/** The status as pages see it. */
export interface TicketStatus {
  readonly ticketId: string;
  /** Name of the state, such as `SCANNED`. A page must take one that it does not know for a state that will change. */
  readonly state: string;
  readonly revision: number;
  readonly expiresAt: string | null;
  readonly remainingMs: number;
  readonly scannedBy: { readonly nickname: string; readonly photoUrl: string } | null;
  /** Null unless AUTHORIZED, and wherever {@link exposesExchangeTicket} says no. */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
}

/** `includeExchangeTicket` tells whether the exchange ticket is part of it. */
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

/** Who has signed in, as JSON. */
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
