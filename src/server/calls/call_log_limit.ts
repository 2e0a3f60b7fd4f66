import { status } from "@grpc/grpc-js";
import type { TicketError } from "../../domain/ticket_error.js";
import type { LogRateLimiter } from "../../log/log_rate_limiter.js";
import { statusByReason } from "../messages/errors.js";

/** The fields of a call's line that name its caller. Both are absent where the credential was refused. */
interface CallerFields {
  readonly app?: unknown;
  readonly pool?: unknown;
}

/** Returns whether a refused call has a line of its own. Apps and pools have budgets apart from those of strangers. */
export function shouldLogError(
  limit: LogRateLimiter,
  method: string,
  { reason, cause }: TicketError,
  caller: CallerFields,
): boolean {
  const isFault =
    cause !== undefined && [status.INTERNAL, status.UNAVAILABLE].includes(statusByReason[reason].code);
  return limit.allows({ budget: `${reason} ${callerOf(caller) ?? ""}`, method, reason, isFault });
}

/** Returns whether a call that ended by itself has a line of its own: those of strangers are limited like refusals. */
export function shouldLogEnd(
  limit: LogRateLimiter,
  method: string,
  code: string,
  caller: CallerFields,
): boolean {
  if (callerOf(caller) !== undefined) return true;
  return limit.allows({ budget: code, method, reason: code });
}

function callerOf({ app, pool }: CallerFields): unknown {
  return app ?? pool;
}
