import { backoffDelay } from "../base/backoff.js";
import type { Clock } from "../base/clock.js";
import type { IssuerCallOutcome, OnIssuerCall } from "./auth_observer.js";

/** First and longest period for which the circuit is open, in milliseconds. */
const openTimes = { initialMs: 1_000, maxMs: 10_000 };

/**
 * Number of failures in a row that opens the circuit, since a single failure may be a lost connection or the
 * fault of one request. Repeated failures of one named caller count once. Also the number of calls that may
 * probe the peer at a time.
 */
const failureThreshold = 3;

/**
 * Circuit breaker: fails calls at once while a peer is known to be unavailable, instead of letting each run
 * into a time-out.
 */
export interface CircuitBreaker {
  /**
   * Runs the work unless the circuit is open. After the open period, a few calls may probe the peer; others
   * fail until one of the probes has ended.
   *
   * @throws CircuitOpenError without having run the work; otherwise rethrows the error of the work.
   */
  run<T>(work: () => Promise<T>, caller?: Caller): Promise<T>;
}

/** Caller on whose behalf the work is done. */
export interface Caller {
  /** Identity of the caller. Repeated failures of one caller count as one. */
  readonly id: string;
  /** Signal of the caller. After it is aborted, a failure is not counted against the peer. */
  readonly signal: AbortSignal | undefined;
}

export interface CircuitBreakerOptions {
  /** Returns whether an error means that the peer is unavailable. Returns true for every error by default. */
  readonly isFailure?: (error: unknown) => boolean;
  readonly clock: Clock;
  /** Called at the end of each call, and for each call that is not made. */
  readonly onCall?: OnIssuerCall | undefined;
}

/** Error of a call that was not made because the circuit is open. The cause is the peer's last failure. */
export class CircuitOpenError extends Error {
  constructor(cause: unknown) {
    super("The circuit breaker is open after recent failures.", { cause });
    this.name = "CircuitOpenError";
  }
}

/** Creates a closed circuit breaker. */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { isFailure = () => true, clock, onCall = () => {} } = options;
  const failedCallers = new Set<unknown>();
  let lastFailure: unknown;
  let running = 0;
  let openings = 0;
  /**
   * Number of the current period. Failures of calls that began before the last open period are not counted.
   */
  let period = 0;
  let openUntil = Number.NEGATIVE_INFINITY;

  function fail(caller: Caller | undefined, error: unknown): void {
    lastFailure = error;
    failedCallers.add(caller?.id ?? Symbol("anonymous failure"));
    // One failed probe opens the circuit again, unless the failure may be the fault of a named caller.
    if (failedCallers.size >= (caller === undefined && openings > 0 ? 1 : failureThreshold)) open();
  }

  function open(): void {
    failedCallers.clear();
    period += 1;
    openUntil = clock.now() + backoffDelay(openings, openTimes);
    openings += 1;
  }

  function close(): void {
    failedCallers.clear();
    openings = 0;
    openUntil = Number.NEGATIVE_INFINITY;
  }

  return {
    async run(work, caller) {
      const hasEnoughProbes = openings > 0 && running >= failureThreshold;
      const startedAt = clock.now();
      if (startedAt < openUntil || hasEnoughProbes) {
        onCall("not_made", 0);
        throw new CircuitOpenError(lastFailure);
      }
      const startPeriod = period;
      let outcome: IssuerCallOutcome = "succeeded";
      running += 1;
      try {
        const value = await work();
        close();
        return value;
      } catch (error) {
        outcome = "aborted";
        if (!caller?.signal?.aborted) {
          outcome = isFailure(error) ? "failed" : "rejected";
          if (outcome === "rejected") close();
          else if (startPeriod === period) fail(caller, error);
        }
        throw error;
      } finally {
        running -= 1;
        onCall(outcome, clock.now() - startedAt);
      }
    },
  };
}
