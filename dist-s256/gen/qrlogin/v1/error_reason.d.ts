/**
 * Why a call was refused.
 *
 * Every refusal by the service carries a google.rpc.ErrorInfo in the trailer
 * `grpc-status-details-bin`, with the domain `qrlogin.v1` and as its reason the
 * name of one of these values without the prefix `ERROR_REASON_`. Branch on the
 * reason; the message is for people and may change. The metadata of a refusal
 * that depends on the state of the ticket has the key `current_state`, with the
 * name of the TicketState without its prefix. INVALID_ARGUMENT refusals add a
 * google.rpc.BadRequest with field paths where a field is at fault; where
 * waiting helps there is a google.rpc.RetryInfo.
 *
 * Where several things are wrong the answer is the first in this order:
 * credential, fields, ticket / app / secret, user pool, scanner, proof, terminal
 * state, state.
 *
 * A client that meets a reason it does not know must go by the status code.
 * What the gRPC library answers before the service sees the call (a message that is
 * too large, an unknown method, a deadline that has passed) has no ErrorInfo.
 */
export declare const ErrorReason: {
    /** UNSPECIFIED - Never sent. */
    readonly UNSPECIFIED: 0;
    /**
     * APP_UNAUTHENTICATED - UNAUTHENTICATED. The app credential is missing, malformed or wrong, or the
     * call carries a credential of another kind.
     */
    readonly APP_UNAUTHENTICATED: 1;
    /**
     * USER_UNAUTHENTICATED - UNAUTHENTICATED. The user token is missing, malformed or not valid here, was
     * made for another use than to sign in (such as a logout or refresh token), or
     * the call carries a credential of another kind.
     */
    readonly USER_UNAUTHENTICATED: 2;
    /** USER_TOKEN_EXPIRED - UNAUTHENTICATED. The user token was valid and has expired. Get a fresh one. */
    readonly USER_TOKEN_EXPIRED: 3;
    /**
     * INVALID_REQUEST - INVALID_ARGUMENT, with BadRequest where a field is at fault. The request
     * message is missing, cannot be decoded or is not the only one of the call, or a
     * field breaks its limits.
     */
    readonly INVALID_REQUEST: 4;
    /**
     * QR_CONTENT_INVALID - INVALID_ARGUMENT. The scanned text is not one of this service's QR codes, or
     * contradicts the ticket that it names.
     */
    readonly QR_CONTENT_INVALID: 5;
    /**
     * TICKET_NOT_FOUND - NOT_FOUND. There is no such ticket, or it has been forgotten, or it is another
     * app's, or the ticket secret or the exchange ticket is wrong. One answer on
     * purpose: it tells a stranger nothing.
     */
    readonly TICKET_NOT_FOUND: 6;
    /** USER_POOL_MISMATCH - PERMISSION_DENIED. The user belongs to another user pool than the ticket. */
    readonly USER_POOL_MISMATCH: 7;
    /** SCANNED_BY_ANOTHER_USER - PERMISSION_DENIED. Somebody else scanned the code first; only they may go on. */
    readonly SCANNED_BY_ANOTHER_USER: 8;
    /**
     * PROOF_INVALID - PERMISSION_DENIED. The code verifier is missing, does not fit the challenge,
     * or was given where the ticket has no challenge. The ticket is not spent.
     */
    readonly PROOF_INVALID: 9;
    /** TICKET_NOT_SCANNED - FAILED_PRECONDITION. Authorize or Cancel came before MarkScanned. */
    readonly TICKET_NOT_SCANNED: 10;
    /** TICKET_NOT_AUTHORIZED - FAILED_PRECONDITION. The exchange came before the approval. */
    readonly TICKET_NOT_AUTHORIZED: 11;
    /** TICKET_ALREADY_AUTHORIZED - FAILED_PRECONDITION. The approver has already agreed and cannot cancel. */
    readonly TICKET_ALREADY_AUTHORIZED: 12;
    /** TICKET_ALREADY_EXCHANGED - FAILED_PRECONDITION. The exchange ticket has been spent. */
    readonly TICKET_ALREADY_EXCHANGED: 13;
    /** TICKET_CANCELLED - FAILED_PRECONDITION. The approver declined, or the creator withdrew. */
    readonly TICKET_CANCELLED: 14;
    /** TICKET_EXPIRED - FAILED_PRECONDITION. The time of the ticket has run out. */
    readonly TICKET_EXPIRED: 15;
    /**
     * TOO_MANY_TICKETS - RESOURCE_EXHAUSTED, with RetryInfo. The app, or the service, has as many
     * tickets as it may have; finished tickets count until they are forgotten.
     */
    readonly TOO_MANY_TICKETS: 18;
    /**
     * TOO_MANY_WATCHES - RESOURCE_EXHAUSTED, with RetryInfo. The app, or all apps together, have as many
     * watches open as they may have. The message says which limit it is.
     */
    readonly TOO_MANY_WATCHES: 27;
    /**
     * RATE_LIMITED - RESOURCE_EXHAUSTED, with RetryInfo. Calls come faster than they are served,
     * such as more QR images than can be drawn, or more calls of one app at a time
     * than it may have.
     */
    readonly RATE_LIMITED: 19;
    /**
     * CONCURRENT_UPDATE - ABORTED, with RetryInfo. Other writers were faster several times in a row.
     * Nothing was changed; call again.
     */
    readonly CONCURRENT_UPDATE: 20;
    /**
     * WATCH_SUPERSEDED - ABORTED. A newer watch of the same ticket has taken the place of this one. Do
     * not call again: the newer one is being served.
     */
    readonly WATCH_SUPERSEDED: 21;
    /**
     * STORE_UNAVAILABLE - UNAVAILABLE, with RetryInfo. The store cannot be reached, or cannot confirm what
     * it was told. An exchange was not made. Any other change may have been made:
     * call again, done twice it is done once.
     */
    readonly STORE_UNAVAILABLE: 22;
    /**
     * SERVER_DRAINING - UNAVAILABLE, with RetryInfo. This server is stopping; another one, or this one
     * after its restart, will answer. A watch ends with it as the stop begins, a call
     * that runs only when the time for it to finish is over.
     */
    readonly SERVER_DRAINING: 23;
    /**
     * ISSUER_UNAVAILABLE - UNAVAILABLE, with RetryInfo. The keys or the UserInfo endpoint of the user
     * pool's issuer cannot be reached or used, or the issuer may have a new key that
     * has not been read yet. Says nothing about the user. Nothing was changed.
     */
    readonly ISSUER_UNAVAILABLE: 24;
    /**
     * OUTCOME_UNKNOWN - UNAVAILABLE, without RetryInfo. The connection to the store broke in the middle
     * of the exchange, which may or may not have been written. Do not call again:
     * the login is lost; let the user scan a new code.
     */
    readonly OUTCOME_UNKNOWN: 25;
    /** INTERNAL - INTERNAL. A fault of the service. The text is fixed; the cause is in its log. */
    readonly INTERNAL: 26;
    readonly UNRECOGNIZED: -1;
};
export type ErrorReason = typeof ErrorReason[keyof typeof ErrorReason];
export declare namespace ErrorReason {
    type UNSPECIFIED = typeof ErrorReason.UNSPECIFIED;
    type APP_UNAUTHENTICATED = typeof ErrorReason.APP_UNAUTHENTICATED;
    type USER_UNAUTHENTICATED = typeof ErrorReason.USER_UNAUTHENTICATED;
    type USER_TOKEN_EXPIRED = typeof ErrorReason.USER_TOKEN_EXPIRED;
    type INVALID_REQUEST = typeof ErrorReason.INVALID_REQUEST;
    type QR_CONTENT_INVALID = typeof ErrorReason.QR_CONTENT_INVALID;
    type TICKET_NOT_FOUND = typeof ErrorReason.TICKET_NOT_FOUND;
    type USER_POOL_MISMATCH = typeof ErrorReason.USER_POOL_MISMATCH;
    type SCANNED_BY_ANOTHER_USER = typeof ErrorReason.SCANNED_BY_ANOTHER_USER;
    type PROOF_INVALID = typeof ErrorReason.PROOF_INVALID;
    type TICKET_NOT_SCANNED = typeof ErrorReason.TICKET_NOT_SCANNED;
    type TICKET_NOT_AUTHORIZED = typeof ErrorReason.TICKET_NOT_AUTHORIZED;
    type TICKET_ALREADY_AUTHORIZED = typeof ErrorReason.TICKET_ALREADY_AUTHORIZED;
    type TICKET_ALREADY_EXCHANGED = typeof ErrorReason.TICKET_ALREADY_EXCHANGED;
    type TICKET_CANCELLED = typeof ErrorReason.TICKET_CANCELLED;
    type TICKET_EXPIRED = typeof ErrorReason.TICKET_EXPIRED;
    type TOO_MANY_TICKETS = typeof ErrorReason.TOO_MANY_TICKETS;
    type TOO_MANY_WATCHES = typeof ErrorReason.TOO_MANY_WATCHES;
    type RATE_LIMITED = typeof ErrorReason.RATE_LIMITED;
    type CONCURRENT_UPDATE = typeof ErrorReason.CONCURRENT_UPDATE;
    type WATCH_SUPERSEDED = typeof ErrorReason.WATCH_SUPERSEDED;
    type STORE_UNAVAILABLE = typeof ErrorReason.STORE_UNAVAILABLE;
    type SERVER_DRAINING = typeof ErrorReason.SERVER_DRAINING;
    type ISSUER_UNAVAILABLE = typeof ErrorReason.ISSUER_UNAVAILABLE;
    type OUTCOME_UNKNOWN = typeof ErrorReason.OUTCOME_UNKNOWN;
    type INTERNAL = typeof ErrorReason.INTERNAL;
    type UNRECOGNIZED = typeof ErrorReason.UNRECOGNIZED;
}
export declare function errorReasonFromJSON(object: any): ErrorReason;
export declare function errorReasonToJSON(object: ErrorReason): string;
