import { performance } from "node:perf_hooks";
import { status } from "@grpc/grpc-js";
import { LRUCache } from "lru-cache";
import { logNameOf } from "../domain/secrets.js";
import { createCallLineWriter } from "./call_line.js";
import { answers } from "./errors.js";
import { hasOwnEndLine, hasOwnLine } from "./refusal_lines.js";
export function createCallLog(log, refusals) {
    const output = { log, refusals, write: createCallLineWriter(log), ticketNames: createTicketNames() };
    return { begin: (method) => new Line(output, method) };
}
/** The tickets whose names are known without a hash: most are called for several times within a few seconds. */
const maxTicketNames = 4_096;
function createTicketNames() {
    const names = new LRUCache({ max: maxTicketNames });
    return (ticketId) => {
        const known = names.get(ticketId);
        if (known !== undefined)
            return known;
        const name = logNameOf(ticketId);
        names.set(ticketId, name);
        return name;
    };
}
/** A class, since closures for every call would cost more than what they write. */
class Line {
    output;
    method;
    startedAt = performance.now();
    caller = noCaller;
    ticket = undefined;
    constructor(output, method) {
        this.output = output;
        this.method = method;
    }
    by(caller) {
        this.caller = caller;
    }
    about(ticketId) {
        this.ticket = ticketId;
    }
    end(code) {
        const { log, refusals, write } = this.output;
        if (!log.isLevelEnabled("info"))
            return;
        if (code === "OK" || hasOwnEndLine(refusals, this.method, code, this.caller))
            write(this.fieldsOf(code));
    }
    refused(refusal) {
        const { log, refusals, write } = this.output;
        if (!hasOwnLine(refusals, this.method, refusal, this.caller))
            return;
        const { reason, cause } = refusal;
        const { code } = answers[reason];
        if (reason === "INTERNAL")
            log.error({ ...this.fieldsOf(status[code], reason), err: cause }, "call failed");
        else if (cause === undefined)
            write(this.fieldsOf(status[code], reason));
        else if (code === status.UNAVAILABLE)
            log.warn({ ...this.fieldsOf(status[code], reason), err: cause }, "call");
        else
            write(this.fieldsOf(status[code], reason, whyOf(cause)));
    }
    fieldsOf(code, reason, why) {
        return {
            method: this.method,
            app: this.caller.app,
            pool: this.caller.pool,
            code,
            durationMs: 1,
            ticket: this.ticket === undefined ? undefined : this.output.ticketNames(this.ticket),
            reason,
            why,
        };
    }
}
const noCaller = {};
function whyOf(cause) {
    return cause instanceof Error ? cause.message : String(cause);
}
