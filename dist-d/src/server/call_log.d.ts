import type { Logger } from "pino";
import type { Refusal } from "../domain/refusal.js";
import type { LineLimit } from "../log/line_limit.js";
/** One line for each call. The ticket is named by a hash of its id; secrets, tokens and QR texts never come near it. */
export interface CallLog {
    begin(method: string): CallLine;
}
export interface CallLine {
    by(caller: {
        readonly app: string;
    } | {
        readonly pool: string;
    }): void;
    about(ticketId: string | undefined): void;
    /** Writes the line of a call that was not refused. */
    end(code: "OK" | "CANCELLED" | "DEADLINE_EXCEEDED"): void;
    /** Writes the line of a call that was refused, as an error where the fault is ours, or counts it in a flood. */
    refused(refusal: Refusal): void;
}
export declare function createCallLog(log: Logger, refusals: LineLimit): CallLog;
