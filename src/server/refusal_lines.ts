import { status } from "@grpc/grpc-js";
import type { Refusal } from "../domain/refusal.js";
import type { LineLimit } from "../log/line_limit.js";
import { answers } from "./errors.js";

/** The fields of a call's line that name its caller. Both are absent where the credential was refused. */
interface CallerFields {
  readonly app?: unknown;
  readonly pool?: unknown;
}

/** Returns whether a refused call has a line of its own. Apps and pools have budgets apart from those of strangers. */
export function hasOwnLine(
  limit: LineLimit,
  method: string,
  { reason, cause }: Refusal,
  caller: CallerFields,
): boolean {
  const isFault = cause !== undefined && [status.INTERNAL, status.UNAVAILABLE].includes(answers[reason].code);
  return limit.admits({ budget: `${reason} ${callerOf(caller) ?? ""}`, method, reason, isFault });
}

/** Returns whether a call that ended by itself has a line of its own: those of strangers are limited like refusals. */
export function hasOwnEndLine(limit: LineLimit, method: string, code: string, caller: CallerFields): boolean {
  if (callerOf(caller) !== undefined) return true;
  return limit.admits({ budget: code, method, reason: code });
}

function callerOf({ app, pool }: CallerFields): unknown {
  return app ?? pool;
}
