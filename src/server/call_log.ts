import { performance } from "node:perf_hooks";
import { status } from "@grpc/grpc-js";
import type { Logger } from "pino";
import type { Refusal } from "../domain/refusal.js";
import { logNameOf } from "../domain/secrets.js";
import type { LineLimit } from "../log/line_limit.js";
import { answers } from "./errors.js";
import { flatRedaction } from "./redaction.js";
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
  // The lines are flat: looking for secret fields one level down as well would cost six times the line.
  const flat = log.child({}, { redact: [...flatRedaction] });
  return {
    begin(method) {
      const startedAt = performance.now();
      const line: Record<string, unknown> = { method };
      let ticket: string | undefined;

      const finish = (code: string) => {
        line.code = code;
        line.durationMs = Math.round((performance.now() - startedAt) * 1_000) / 1_000;
        if (ticket !== undefined) line.ticket = logNameOf(ticket);
      };

      return {
        by(caller) {
          Object.assign(line, caller);
        },
        about(ticketId) {
          ticket = ticketId;
        },
        end(code) {
          if (!log.isLevelEnabled("info")) return;
          if (code !== "OK" && !hasOwnEndLine(refusals, method, code, line)) return;
          finish(code);
          flat.info(line, "call");
        },
        refused(refusal) {
          const { code } = answers[refusal.reason];
          if (!hasOwnLine(refusals, method, refusal, line)) return;
          finish(status[code]);
          line.reason = refusal.reason;
          if (refusal.reason === "INTERNAL") log.error({ ...line, err: refusal.cause }, "call failed");
          else if (refusal.cause === undefined) flat.info(line, "call");
          else if (code === status.UNAVAILABLE) log.warn({ ...line, err: refusal.cause }, "call");
          else flat.info({ ...line, why: whyOf(refusal.cause) }, "call");
        },
      };
    },
  };
}

function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
