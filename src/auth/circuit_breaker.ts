import { backoffDelay } from "../base/backoff.js";
import type { Clock } from "../base/clock.js";

/** Length of the first pause, and the length that pauses grow to, in milliseconds. */
const openTimes = { initialMs: 1_000, maxMs: 10_000 };

/**
 * So many failures in a row, of as many callers where these are told apart, show that the peer is away, and so many calls at a
 * time find out whether it is back. One alone may be a lost connection, or be due to what the one caller asked for.
 */
const failureThreshold = 3;

/** Keeps callers from asking a peer that has just been shown to be away, each of them until a time-out. */
export interface CircuitBreaker {
  /**
   * Runs the work unless the peer is believed to be away. After a pause a few calls are let through to find out; others are
   * refused until one of these has ended.
   *
   * @throws CircuitOpenError without having run the work; otherwise whatever the work throws.
   */
  run<T>(work: () => Promise<T>, by?: Caller): Promise<T>;
}

/** On whose behalf the work is done. */
export interface Caller {
  /** Failures of one caller count as one. */
  readonly id: string;
  /** Once this is aborted, a failure says nothing about the peer. */
  readonly signal: AbortSignal | undefined;
}

export interface CircuitBreakerOptions {
  /** Whether what the work threw shows that the peer is away, and not that it answers; true for everything by default. */
  readonly isFailure?: (error: unknown) => boolean;
  readonly clock: Clock;
}

/** The peer was not asked. The cause is its last failure. */
export class CircuitOpenError extends Error {
  constructor(cause: unknown) {
    super("It has failed a moment ago and is not asked again yet.", { cause });
    this.name = "CircuitOpenError";
  }
}

/** Creates a circuit breaker that is closed. */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { isFailure = () => true, clock } = options;
  const failedCallers = new Set<unknown>();
  let lastFailure: unknown;
  let running = 0;
  let openings = 0;
  /** Tells apart the calls that began before the last pause: they say nothing about the time after it. */
  let period = 0;
  let openUntil = Number.NEGATIVE_INFINITY;

  function fail(caller: Caller | undefined, error: unknown): void {
    lastFailure = error;
    failedCallers.add(caller?.id ?? Symbol("another failure"));
    // Away before and away again: one failure is enough then, unless it may be due to the caller.
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
      const isProbing = openings > 0 && running >= failureThreshold;
      if (clock.now() < openUntil || isProbing) throw new CircuitOpenError(lastFailure);
      const startPeriod = period;
      running += 1;
      try {
        const value = await work();
        close();
        return value;
      } catch (error) {
        if (!caller?.signal?.aborted) {
          if (!isFailure(error)) close();
          else if (startPeriod === period) fail(caller, error);
        }
        throw error;
      } finally {
        running -= 1;
      }
    },
  };
}
