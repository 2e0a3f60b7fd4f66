import { type ExchangeUserInfoResponse } from "../client/index.js";
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
    readonly scannedBy: {
        readonly nickname: string;
        readonly photoUrl: string;
    } | null;
    /** Null unless AUTHORIZED, and wherever {@link isTold} says no. */
    readonly exchangeTicket: string | null;
    readonly cancelReason: string | null;
}
/**
 * Returns whether the page is told the exchange ticket, which it takes to the site's backend. A ticket without a code
 * challenge could be anybody's: a backend that is posted one cannot tell whose browser has created it.
 */
export declare function isTold(parts: Pick<GatewayParts, "onSignIn">, ticket: HandledTicket): boolean;
/** Returns whether the gateway itself completes the sign-in: only for the browser that a handle is bound to. */
export declare function isCompletedHere({ onSignIn }: Pick<GatewayParts, "onSignIn">, { boundTo }: Pick<HandledTicket, "boundTo">): boolean;
/** `withTicket` tells whether the exchange ticket is part of it. */
export declare function statusAnswer(sighting: Sighting, withTicket: boolean): StatusAnswer;
/** Who has signed in, as JSON. */
export declare function userAnswer({ user, userPoolId, approval, tokenSet }: ExchangeUserInfoResponse): unknown;
