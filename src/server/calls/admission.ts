import { createTurnScheduler, type TurnScheduler } from "../../base/turns/turn_scheduler.js";
import type { GrpcConfig } from "../../config/config.js";
import { createLimitError, TicketError } from "../../domain/ticket_error.js";

/** The limits on concurrent calls, and the order in which calls start. */
export interface Admission extends TurnScheduler {
  /**
   * Counts a call of the caller. After each `enter` that does not throw, `leave` must be called once.
   *
   * @throws TicketError RATE_LIMITED or TOO_MANY_WATCHES when the caller, or all callers together, are at the
   * limit.
   */
  enter(caller: string): void;
  leave(caller: string): void;
  /** True if the next call of at least one caller would be rejected. */
  readonly isFullForSome: boolean;
  /** Returns whether the next call of the caller would be rejected. */
  isFullFor(caller: string): boolean;
}

interface AdmissionLimits {
  readonly perCaller: { readonly max: number; readonly error: TicketError };
  /** Limit for all callers together. */
  readonly total?: { readonly max: number; readonly error: TicketError };
  readonly startsPerTurn: number;
}

/** Calls that start in one turn of the event loop: about the same work for either kind. */
const callsPerTurn = 256;
const watchesPerTurn = 32;

/** Creates the admission of unary calls and that of watches. */
export function createAdmissions(limits: GrpcConfig["limits"]): Record<"calls" | "watches", Admission> {
  return {
    calls: createAdmission({
      perCaller: {
        max: limits.callsPerApp,
        error: createAdmissionError("RATE_LIMITED", "calls in progress", "callsPerApp", limits.callsPerApp),
      },
      startsPerTurn: callsPerTurn,
    }),
    watches: createAdmission({
      perCaller: {
        max: limits.watchesPerApp,
        error: createAdmissionError(
          "TOO_MANY_WATCHES",
          "open watches of this app",
          "watchesPerApp",
          limits.watchesPerApp,
        ),
      },
      total: {
        max: limits.watches,
        error: createAdmissionError("TOO_MANY_WATCHES", "open watches", "watches", limits.watches),
      },
      startsPerTurn: watchesPerTurn,
    }),
  };
}

// Each error is created once, so that a flood of rejected calls costs no stack traces.
function createAdmissionError(
  reason: "RATE_LIMITED" | "TOO_MANY_WATCHES",
  description: string,
  setting: string,
  max: number,
) {
  const message = `too many ${description}: grpc.limits.${setting} is ${max}`;
  return reason === "RATE_LIMITED"
    ? createLimitError("calls_in_progress", message)
    : new TicketError(reason, message);
}

function createAdmission({ perCaller, total, startsPerTurn }: AdmissionLimits): Admission {
  const counts = new Map<string, number>();
  let totalCount = 0;
  /** Number of callers at their limit. */
  let callersAtLimit = 0;
  const isFull = () => total !== undefined && totalCount >= total.max;
  const { waitForTurn } = createTurnScheduler(startsPerTurn);
  return {
    waitForTurn,
    get isFullForSome() {
      return callersAtLimit > 0 || isFull();
    },
    isFullFor(caller) {
      return isFull() || (counts.get(caller) ?? 0) >= perCaller.max;
    },
    enter(caller) {
      const count = counts.get(caller) ?? 0;
      if (count >= perCaller.max) throw perCaller.error;
      if (total && totalCount >= total.max) throw total.error;
      if (count + 1 === perCaller.max) callersAtLimit += 1;
      counts.set(caller, count + 1);
      totalCount += 1;
    },
    leave(caller) {
      const count = (counts.get(caller) ?? 0) - 1;
      if (count > 0) counts.set(caller, count);
      else counts.delete(caller);
      if (count + 1 === perCaller.max) callersAtLimit -= 1;
      totalCount -= 1;
    },
  };
}
