import { status } from "@grpc/grpc-js";
import type { TicketError } from "../../domain/ticket_error.js";
import { type LogRateLimiter, withLimitName } from "../../log/log_rate_limiter.js";
import { statusByReason } from "../messages/errors.js";

/** The fields of a call's log line that name its caller. All are absent if authentication failed. */
interface CallerFields {
  readonly app?: unknown;
  readonly pool?: unknown;
  readonly admin?: unknown;
}

/**
 * Returns whether to write the log line of a failed call. Every app and pool has its own budget;
 * unauthenticated callers share one.
 */
export function shouldLogError(
  limit: LogRateLimiter,
  method: string,
  { reason, exceededLimit, cause }: TicketError,
  caller: CallerFields,
): boolean {
  const isFault =
    cause !== undefined && [status.INTERNAL, status.UNAVAILABLE].includes(statusByReason[reason].code);
  const budget = `${reason} ${callerOf(caller) ?? ""}`;
  return limit.allows({ budget, method, reason: withLimitName(reason, exceededLimit), isFault });
}

/**
 * Returns whether to write the log line of a call that the client cancelled or whose deadline passed. Lines
 * of unauthenticated callers are limited like errors.
 */
export function shouldLogEnd(
  limit: LogRateLimiter,
  method: string,
  code: string,
  caller: CallerFields,
): boolean {
  if (callerOf(caller) !== undefined) return true;
  return limit.allows({ budget: code, method, reason: code });
}

function callerOf({ app, pool, admin }: CallerFields): unknown {
  return app ?? pool ?? admin;
}
