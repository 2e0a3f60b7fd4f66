import { performance } from "node:perf_hooks";
import { status } from "@grpc/grpc-js";
import type { Logger } from "pino";
import type { Refusal } from "../domain/refusal.js";
import { logNameOf } from "../domain/secrets.js";
import type { LineLimit } from "../log/line_limit.js";
import { type CallFields, createCallLineWriter } from "./call_line.js";
import { answers } from "./errors.js";
import { hasOwnEndLine, hasOwnLine } from "./refusal_lines.js";

/** One line for each call. The ticket is named by a hash of its id; secrets, tokens and QR texts never come near it. */
export interface CallLog {
  begin(method: string): CallLine;
}

export interface CallLine {
  by(caller: { readonly app: string } | { readonly pool: string }): void;
  about(ticketId: string | undefined): void;
  /** Writes the line of a call that was not refused. */
  end(code: "OK" | "CANCELLED" | "DEADLINE_EXCEEDED"): void;
  /** Writes the line of a call that was refused, as an error where the fault is ours, or counts it in a flood. */
  refused(refusal: Refusal): void;
}

export function createCallLog(log: Logger, refusals: LineLimit): CallLog {
  const write = createCallLineWriter(log);
  return {
    begin(method) {
      const startedAt = performance.now();
      let caller: { readonly app?: string; readonly pool?: string } = {};
      let ticket: string | undefined;

      const fieldsOf = (code: string, reason?: string, why?: string): CallFields => ({
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
          if (!log.isLevelEnabled("info")) return;
          if (code === "OK" || hasOwnEndLine(refusals, method, code, caller)) write(fieldsOf(code));
        },
        refused(refusal) {
          if (!hasOwnLine(refusals, method, refusal, caller)) return;
          const { reason, cause } = refusal;
          const { code } = answers[reason];
          if (reason === "INTERNAL")
            log.error({ ...fieldsOf(status[code], reason), err: cause }, "call failed");
          else if (cause === undefined) write(fieldsOf(status[code], reason));
          else if (code === status.UNAVAILABLE)
            log.warn({ ...fieldsOf(status[code], reason), err: cause }, "call");
          else write(fieldsOf(status[code], reason, whyOf(cause)));
        },
      };
    },
  };
}

function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
