import { millisecondsOf } from "../../base/durations.js";
import { CancelReason, type ExchangeUserInfoResponse, TicketState } from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { enumNameOf } from "../http/enum_names.js";
import type { PageTicket } from "./page_tickets.js";
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

/**
 * Returns whether the page is told the exchange ticket, which it takes to the site's backend. A ticket without a code
 * challenge could be anybody's: a backend that is posted one cannot tell whose browser has created it.
 */
export function exposesExchangeTicket(
  context: Pick<GatewayContext, "onSignIn">,
  ticket: PageTicket,
): boolean {
  return !completesSignIn(context, ticket) && (ticket.hasChallenge || !ticket.app.requireCodeChallenge);
}

/** Returns whether the gateway itself completes the sign-in: only for the browser that a handle is bound to. */
export function completesSignIn(
  { onSignIn }: Pick<GatewayContext, "onSignIn">,
  { boundTo }: Pick<PageTicket, "boundTo">,
): boolean {
  return onSignIn !== undefined && boundTo !== undefined;
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
