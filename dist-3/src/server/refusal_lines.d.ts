import type { Refusal } from "../domain/refusal.js";
import type { LineLimit } from "../log/line_limit.js";
/** The fields of a call's line that name its caller. Both are absent where the credential was refused. */
interface CallerFields {
    readonly app?: unknown;
    readonly pool?: unknown;
}
/** Returns whether a refused call has a line of its own. Apps and pools have budgets apart from those of strangers. */
export declare function hasOwnLine(limit: LineLimit, method: string, { reason, cause }: Refusal, caller: CallerFields): boolean;
/** Returns whether a call that ended by itself has a line of its own: those of strangers are limited like refusals. */
export declare function hasOwnEndLine(limit: LineLimit, method: string, code: string, caller: CallerFields): boolean;
export {};
