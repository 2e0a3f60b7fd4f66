import { status } from "@grpc/grpc-js";
import { answers } from "./errors.js";
/** Returns whether a refused call has a line of its own. Apps and pools have budgets apart from those of strangers. */
export function hasOwnLine(limit, method, { reason, cause }, caller) {
    const isFault = cause !== undefined && [status.INTERNAL, status.UNAVAILABLE].includes(answers[reason].code);
    return limit.admits({ budget: `${reason} ${callerOf(caller) ?? ""}`, method, reason, isFault });
}
/** Returns whether a call that ended by itself has a line of its own: those of strangers are limited like refusals. */
export function hasOwnEndLine(limit, method, code, caller) {
    if (callerOf(caller) !== undefined)
        return true;
    return limit.admits({ budget: code, method, reason: code });
}
function callerOf({ app, pool }) {
    return app ?? pool;
}
