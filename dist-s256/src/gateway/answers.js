import { CancelReason, TicketState } from "../client/index.js";
import { millisecondsOf } from "../domain/durations.js";
import { nameOf } from "./enum_names.js";
/**
 * Returns whether the page is told the exchange ticket, which it takes to the site's backend. A ticket without a code
 * challenge could be anybody's: a backend that is posted one cannot tell whose browser has created it.
 */
export function isTold(parts, ticket) {
    return !isCompletedHere(parts, ticket) && (ticket.hasChallenge || !ticket.app.requireCodeChallenge);
}
/** Returns whether the gateway itself completes the sign-in: only for the browser that a handle is bound to. */
export function isCompletedHere({ onSignIn }, { boundTo }) {
    return onSignIn !== undefined && boundTo !== undefined;
}
/** `withTicket` tells whether the exchange ticket is part of it. */
export function statusAnswer(sighting, withTicket) {
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
export function userAnswer({ user, userPoolId, approval, tokenSet }) {
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
