import { millisecondsOf } from "../../base/durations.js";
import { CancelReason, type ExchangeUserInfoResponse, TicketState } from "../../client/index.js";
import type { ExchangeResponse, StatusResponse } from "../../http_types.js";
import { enumNameOf } from "../http/requester_json.js";
import type { TicketSnapshot } from "./watch_hub.js";

/** Returns the status as JSON for a page, with the exchange ticket only if `includeExchangeTicket` is set. */
export function toStatusResponse(snapshot: TicketSnapshot, includeExchangeTicket: boolean): StatusResponse {
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
}: ExchangeUserInfoResponse): ExchangeResponse {
  return {
    user: user ? { ...user } : null,
    userPoolId,
    approval: approval ? { ...approval } : null,
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
