import { performance } from "node:perf_hooks";
import { status } from "@grpc/grpc-js";
import { logNameOf } from "../domain/secrets.js";
import { createCallLineWriter } from "./call_line.js";
import { answers } from "./errors.js";
import { hasOwnEndLine, hasOwnLine } from "./refusal_lines.js";
export function createCallLog(log, refusals) {
    const write = createCallLineWriter(log);
    return {
        begin(method) {
            const startedAt = performance.now();
            let caller = {};
            let ticket;
            const fieldsOf = (code, reason, why) => ({
                method,
                app: caller.app,
                pool: caller.pool,
                code,
                durationMs: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
                ticket: ticket === undefined ? undefined : logNameOf(ticket),
                reason,
                why,
            });
            return {
                by(known) {
                    caller = known;
                },
                about(ticketId) {
                    ticket = ticketId;
                },
                end(code) {
                    if (!log.isLevelEnabled("info"))
                        return;
                    if (code === "OK" || hasOwnEndLine(refusals, method, code, caller))
                        write(fieldsOf(code));
                },
                refused(refusal) {
                    if (!hasOwnLine(refusals, method, refusal, caller))
                        return;
                    const { reason, cause } = refusal;
                    const { code } = answers[reason];
                    if (reason === "INTERNAL")
                        log.error({ ...fieldsOf(status[code], reason), err: cause }, "call failed");
                    else if (cause === undefined)
                        write(fieldsOf(status[code], reason));
                    else if (code === status.UNAVAILABLE)
                        log.warn({ ...fieldsOf(status[code], reason), err: cause }, "call");
                    else
                        write(fieldsOf(status[code], reason, whyOf(cause)));
                },
            };
        },
    };
}
function whyOf(cause) {
    return cause instanceof Error ? cause.message : String(cause);
}
