import type { GrpcConfig } from "../../config/config.js";
import { TicketError } from "../../domain/ticket_error.js";
import { createFairScheduler, type FairScheduler } from "./fair_scheduler.js";

/** Decides which calls are served, and in which order they start. */
export interface Admission extends FairScheduler {
  /**
   * Counts a call of the caller. Each call that was counted has to be given back by `leave`.
   *
   * @throws TicketError when the caller, or all callers together, have as many as they may have.
   */
  enter(caller: string): void;
  leave(caller: string): void;
  /** Whether there are callers whose next call would be refused. */
  readonly isFullForSome: boolean;
  /** Whether the next call of the caller would be refused. */
  isFullFor(caller: string): boolean;
}

interface AdmissionLimits {
  readonly perCaller: { readonly max: number; readonly error: TicketError };
  /** Over all callers. */
  readonly total?: { readonly max: number; readonly error: TicketError };
  readonly startsPerTurn: number;
}

/** Some 5 milliseconds of work of either kind. */
const callsPerTurn = 256;
const watchesPerTurn = 32;

/** Returns the admission of unary calls and that of watches. */
export function createAdmissions(limits: GrpcConfig["limits"]): Record<"calls" | "watches", Admission> {
  return {
    calls: createAdmission({
      perCaller: {
        max: limits.callsPerApp,
        error: createLimitError(
          "RATE_LIMITED",
          "as many calls in progress",
          "callsPerApp",
          limits.callsPerApp,
        ),
      },
      startsPerTurn: callsPerTurn,
    }),
    watches: createAdmission({
      perCaller: {
        max: limits.watchesPerApp,
        error: createLimitError(
          "TOO_MANY_WATCHES",
          "as many open watches of the app",
          "watchesPerApp",
          limits.watchesPerApp,
        ),
      },
      total: {
        max: limits.watches,
        error: createLimitError("TOO_MANY_WATCHES", "as many open watches in all", "watches", limits.watches),
      },
      startsPerTurn: watchesPerTurn,
    }),
  };
}

// Made once: a flood is refused without a stack trace for each call.
function createLimitError(
  reason: "RATE_LIMITED" | "TOO_MANY_WATCHES",
  description: string,
  setting: string,
  max: number,
) {
  return new TicketError(reason, `there are ${description} as grpc.limits.${setting} allows (${max})`);
}

function createAdmission({ perCaller, total, startsPerTurn }: AdmissionLimits): Admission {
  const counts = new Map<string, number>();
  let totalCount = 0;
  /** Callers that have as many as they may have. */
  let full = 0;
  const isFull = () => total !== undefined && totalCount >= total.max;
  const { waitForTurn } = createFairScheduler(startsPerTurn);
  return {
    waitForTurn,
    get isFullForSome() {
      return full > 0 || isFull();
    },
    isFullFor(caller) {
      return isFull() || (counts.get(caller) ?? 0) >= perCaller.max;
    },
    enter(caller) {
      const count = counts.get(caller) ?? 0;
      if (count >= perCaller.max) throw perCaller.error;
      if (total && totalCount >= total.max) throw total.error;
      if (count + 1 === perCaller.max) full += 1;
      counts.set(caller, count + 1);
      totalCount += 1;
    },
    leave(caller) {
      const count = (counts.get(caller) ?? 0) - 1;
      if (count > 0) counts.set(caller, count);
      else counts.delete(caller);
      if (count + 1 === perCaller.max) full -= 1;
      totalCount -= 1;
    },
  };
}
