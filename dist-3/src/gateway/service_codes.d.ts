import { type QrLoginError } from "../client/index.js";
type CodeReason = "SERVICE_UNAVAILABLE" | "SERVICE_REFUSED" | "INVALID_REQUEST" | "REQUEST_TOO_LARGE" | "RATE_LIMITED" | "INTERNAL";
/** Response to a page. */
export interface CodeAnswer {
    readonly status: number;
    readonly reason: CodeReason;
    readonly text: string;
    /** Set where waiting helps, in milliseconds. */
    readonly retryAfterMs?: number | undefined;
}
/**
 * Returns the answer to an error of the service without a reason that is known here. gRPC itself and proxies give a code
 * alone, and a later release may give a new reason. Only what may go well later has a time to wait: everything else would be tried
 * for ever.
 */
export declare function answerByCode(error: QrLoginError): CodeAnswer;
export {};
