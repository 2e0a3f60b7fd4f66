import { TicketError } from "../domain/ticket_error.js";

/** The user token is missing, malformed or not valid here. `why` is for the log and holds nothing out of the token but issuer and audience. */
export function userUnauthenticated(cause: string): TicketError {
  return new TicketError("USER_UNAUTHENTICATED", undefined, {
    cause: new Error(cause),
  });
}

/** The user token is genuine and too old. */
export function userTokenExpired(): TicketError {
  return new TicketError("USER_TOKEN_EXPIRED");
}

/** The keys or the UserInfo endpoint of the pool's issuer cannot be had. The cause names the pool, for the log. */
export function issuerUnavailable(poolId: string, cause: unknown): TicketError {
  return new TicketError("ISSUER_UNAVAILABLE", undefined, {
    cause: new Error(`user pool ${poolId}`, { cause }),
  });
}
