import type { GrpcConfig } from "../config/config.js";
import { Refusal } from "../domain/refusal.js";
import { type CallTurns, createCallTurns } from "./call_turns.js";

/** Decides which calls are served, and in which order they start. */
export interface Admission extends CallTurns {
  /**
   * Counts a call of the caller. Each call that was counted has to be given back by `leave`.
   *
   * @throws Refusal when the caller, or all callers together, have as many as they may have.
   */
  enter(caller: string): void;
  leave(caller: string): void;
  /** Whether there are callers whose next call would be refused. */
  readonly isFullForSome: boolean;
  /** Whether the next call of the caller would be refused. */
  isFullFor(caller: string): boolean;
}

interface Bounds {
  readonly perCaller: { readonly max: number; readonly refusal: Refusal };
  /** Over all callers. */
  readonly total?: { readonly max: number; readonly refusal: Refusal };
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
        refusal: refusal("RATE_LIMITED", "as many calls in progress", "callsPerApp", limits.callsPerApp),
      },
      startsPerTurn: callsPerTurn,
    }),
    watches: createAdmission({
      perCaller: {
        max: limits.watchesPerApp,
        refusal: refusal(
          "TOO_MANY_WATCHES",
          "as many open watches of the app",
          "watchesPerApp",
          limits.watchesPerApp,
        ),
      },
      total: {
        max: limits.watches,
        refusal: refusal("TOO_MANY_WATCHES", "as many open watches in all", "watches", limits.watches),
      },
      startsPerTurn: watchesPerTurn,
    }),
  };
}

// Made once: a flood is refused without a stack trace for each call.
function refusal(reason: "RATE_LIMITED" | "TOO_MANY_WATCHES", what: string, setting: string, max: number) {
  return new Refusal(reason, `there are ${what} as grpc.limits.${setting} allows (${max})`);
}

function createAdmission({ perCaller, total, startsPerTurn }: Bounds): Admission {
  const counts = new Map<string, number>();
  let all = 0;
  /** Callers that have as many as they may have. */
  let full = 0;
  const isFull = () => total !== undefined && all >= total.max;
  const { turn } = createCallTurns(startsPerTurn);
  return {
    turn,
    get isFullForSome() {
      return full > 0 || isFull();
    },
    isFullFor(caller) {
      return isFull() || (counts.get(caller) ?? 0) >= perCaller.max;
    },
    enter(caller) {
      const count = counts.get(caller) ?? 0;
      if (count >= perCaller.max) throw perCaller.refusal;
      if (total && all >= total.max) throw total.refusal;
      if (count + 1 === perCaller.max) full += 1;
      counts.set(caller, count + 1);
      all += 1;
    },
    leave(caller) {
      const count = (counts.get(caller) ?? 0) - 1;
      if (count > 0) counts.set(caller, count);
      else counts.delete(caller);
      if (count + 1 === perCaller.max) full -= 1;
      all -= 1;
    },
  };
}
