import { TicketError } from "../domain/ticket_error.js";

/**
 * Creates the error for a user token that is missing, malformed or not valid here. `cause` is for the log. Of the
 * values in the token, it may contain only issuer and audience.
 */
export function userUnauthenticated(cause: string): TicketError {
  return new TicketError("USER_UNAUTHENTICATED", undefined, {
    cause: new Error(cause),
  });
}

/** Creates the error for a user token that is genuine but has expired. */
export function userTokenExpired(): TicketError {
  return new TicketError("USER_TOKEN_EXPIRED");
}

/**
 * Creates the error for a pool whose issuer's keys, introspection endpoint or UserInfo endpoint cannot be used. Its
 * cause names the pool, for the log.
 */
export function issuerUnavailable(poolId: string, cause: unknown): TicketError {
  return new TicketError("ISSUER_UNAVAILABLE", undefined, {
    cause: new Error(`user pool ${poolId}`, { cause }),
  });
}
