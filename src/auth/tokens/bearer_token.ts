import { userUnauthenticated } from "../user_errors.js";

/** Longest authorization value that is parsed, in characters. */
const maxLength = 16 * 1024;

/** Syntax of RFC 6750, section 2.1. */
const bearerPattern = /^bearer +([\w\-.~+/]+=*)$/i;

/**
 * Returns the token in the values of the metadata key `authorization`.
 *
 * @throws TicketError USER_UNAUTHENTICATED when there is not exactly one Bearer token of at most 16 KiB.
 */
export function readBearerToken(authorization: readonly string[]): string {
  const [value] = authorization;
  if (value === undefined || authorization.length !== 1) {
    throw userUnauthenticated("There must be exactly one authorization value.");
  }
  if (value.length > maxLength) throw userUnauthenticated("The authorization value is too long.");
  const token = bearerPattern.exec(value)?.[1];
  if (token === undefined) throw userUnauthenticated("The authorization value is not a Bearer token.");
  return token;
}
