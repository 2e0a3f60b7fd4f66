/**
 * Why a call can be refused, and what people then read: the closed set, named as in `ErrorReason` of the proto, where each
 * is explained. A test holds the two and the table of gRPC codes equal.
 */
declare const messages: {
    readonly APP_UNAUTHENTICATED: "a valid app credential is required";
    readonly USER_UNAUTHENTICATED: "a valid user token is required";
    readonly USER_TOKEN_EXPIRED: "the user token has expired";
    readonly INVALID_REQUEST: "the request is not valid";
    readonly QR_CONTENT_INVALID: "this is not a QR code of this service";
    readonly TICKET_NOT_FOUND: "there is no such ticket";
    readonly USER_POOL_MISMATCH: "the user belongs to another user pool than the ticket";
    readonly SCANNED_BY_ANOTHER_USER: "somebody else has scanned this code";
    readonly PROOF_INVALID: "the code verifier does not fit the ticket";
    readonly TICKET_NOT_SCANNED: "the code has not been scanned yet";
    readonly TICKET_NOT_AUTHORIZED: "the sign-in has not been approved yet";
    readonly TICKET_ALREADY_AUTHORIZED: "the sign-in has been approved already";
    readonly TICKET_ALREADY_EXCHANGED: "the sign-in has been completed already";
    readonly TICKET_CANCELLED: "the sign-in has been cancelled";
    readonly TICKET_EXPIRED: "the code has expired";
    readonly TOO_MANY_TICKETS: "there are as many tickets as there may be";
    readonly TOO_MANY_WATCHES: "there are as many watches as there may be";
    readonly RATE_LIMITED: "calls come faster than they can be served";
    readonly CONCURRENT_UPDATE: "others changed the ticket at the same time";
    readonly WATCH_SUPERSEDED: "a newer watch of this ticket has taken over";
    readonly STORE_UNAVAILABLE: "the store cannot be reached";
    readonly SERVER_DRAINING: "the server is stopping";
    readonly ISSUER_UNAVAILABLE: "the keys or the UserInfo endpoint of the issuer cannot be used now";
    readonly OUTCOME_UNKNOWN: "it is not known whether the exchange was made; start a new sign-in";
    readonly INTERNAL: "internal error";
};
export type Reason = keyof typeof messages;
export declare const reasons: readonly Reason[];
/** A field that breaks its limits. */
export interface FieldViolation {
    /** Path in the request by proto names, such as `qr_image.size`. */
    readonly field: string;
    /** What is wrong, for people. Never holds the value. */
    readonly description: string;
}
export interface RefusalDetails {
    /** Name of the state that the refusal depends on. */
    readonly currentState?: string;
    readonly fieldViolations?: readonly FieldViolation[];
    /** What made us refuse, for the log. Never leaves the process. */
    readonly cause?: unknown;
}
/** The one error with which a call is refused. Whatever else is thrown is a fault of ours: INTERNAL. */
export declare class Refusal extends Error {
    readonly reason: Reason;
    readonly currentState: string | undefined;
    readonly fieldViolations: readonly FieldViolation[];
    /** `message` is for people and must hold no secret, token or text of a QR code. Each reason has one of its own. */
    constructor(reason: Reason, message?: string, details?: RefusalDetails);
}
export {};
