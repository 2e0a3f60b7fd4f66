import { CancelReason, type ExchangeUserInfoResponse, TicketState } from "../client/index.js";
import { millisecondsOf } from "../domain/durations.js";
import { nameOf } from "./enum_names.js";
import type { Sighting } from "./followers.js";
import type { GatewayParts } from "./parts.js";
import type { HandledTicket } from "./tickets.js";

/** The status as pages see it. */
export interface StatusAnswer {
  readonly ticketId: string;
  /** Name of the state, such as `SCANNED`. A page must take one that it does not know for a state that will change. */
  readonly state: string;
  readonly revision: number;
  readonly expiresAt: string | null;
  readonly remainingMs: number;
  readonly scannedBy: { readonly nickname: string; readonly photoUrl: string } | null;
  /** Null unless AUTHORIZED, and wherever {@link isTold} says no. */
  readonly exchangeTicket: string | null;
  readonly cancelReason: string | null;
}

/**
 * Returns whether the page is told the exchange ticket, which it takes to the site's backend. A ticket without a code
 * challenge could be anybody's: a backend that is posted one cannot tell whose browser has created it.
 */
export function isTold(parts: Pick<GatewayParts, "onSignIn">, ticket: HandledTicket): boolean {
  return !isCompletedHere(parts, ticket) && (ticket.hasChallenge || !ticket.app.requireCodeChallenge);
}

/** Returns whether the gateway itself completes the sign-in: only for the browser that a handle is bound to. */
export function isCompletedHere(
  { onSignIn }: Pick<GatewayParts, "onSignIn">,
  { boundTo }: Pick<HandledTicket, "boundTo">,
): boolean {
  return onSignIn !== undefined && boundTo !== undefined;
}

/** `withTicket` tells whether the exchange ticket is part of it. */
export function statusAnswer(sighting: Sighting, withTicket: boolean): StatusAnswer {
  const { status } = sighting;
  return {
    ticketId: status.ticketId,
    state: nameOf(TicketState, status.state),
    revision: status.revision,
    expiresAt: status.expireTime?.toISOString() ?? null,
    remainingMs: sighting.remainingMs(),
    scannedBy: status.scannedBy ?? null,
    exchangeTicket: withTicket && status.exchangeTicket !== "" ? status.exchangeTicket : null,
    cancelReason: status.cancelReason === 0 ? null : nameOf(CancelReason, status.cancelReason),
  };
}

/** Who has signed in, as JSON. */
export function userAnswer({ user, userPoolId, approval, tokenSet }: ExchangeUserInfoResponse): unknown {
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
