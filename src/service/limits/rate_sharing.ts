import type { Clock } from "../../base/clock.js";
import type { SharedRates } from "../../store/shared_rates.js";
import type { Rate, RateState } from "./rate.js";

/** Events of one key. */
export interface CountedEvents extends Rate {
  readonly events: number;
}

/** Counts the events of this node together with those of the others. */
export interface RateSharing {
  /** Reports events that were counted in `state`. The events of the other nodes are added to it later. */
  report(key: string, state: RateState, counted: CountedEvents): void;
  /** Ends the reports. */
  close(): void;
}

export interface RateSharingOptions {
  readonly rates: SharedRates;
  /** Clock of the states. */
  readonly clock: Clock;
  /** Receives the error of a failed report, and undefined once reports succeed again. */
  onChange(error: unknown): void;
}

/** Interval between two reports of a key, in milliseconds. */
const reportInterval = 100;

interface Report {
  readonly key: string;
  /** Time by which the events of this node have moved the state since the last report. */
  ms: number;
  latest: number;
}

/**
 * Creates the sharing. A call is decided on by the state of this node alone, so it neither waits for the store nor
 * fails with it. Each key is reported at most ten times a second, however many events it has. Until a report is
 * answered, the nodes may together pass more events than the rate: those of a tenth of a second and a round trip.
 *
 * The next reports wait for the replies to the last ones, so that a slow store neither hides events nor piles up
 * commands. A failed report is dropped. The nodes then count separately.
 */
export function createRateSharing({ rates, clock, onChange }: RateSharingOptions): RateSharing {
  let reports = new Map<RateState, Report>();
  let cancelTimer: (() => void) | undefined;
  let isSending = false;
  let hasFailed = false;
  let isClosed = false;

  async function send(state: RateState, { key, ms, latest }: Report): Promise<void> {
    const dueIn = await rates.advance(key, ms, latest);
    // Events since the report are not in the reply.
    state.dueAt = clock.now() + dueIn + (reports.get(state)?.ms ?? 0);
  }

  async function sendAll(): Promise<void> {
    cancelTimer = undefined;
    isSending = true;
    const due = reports;
    reports = new Map();
    const results = await Promise.allSettled([...due].map(([state, report]) => send(state, report)));
    isSending = false;
    if (reports.size > 0) schedule();
    const failure = results.find((result) => result.status === "rejected");
    if (isClosed || (failure !== undefined) === hasFailed) return;
    hasFailed = failure !== undefined;
    onChange(failure?.reason);
  }

  function schedule(): void {
    if (isSending || isClosed) return;
    cancelTimer ??= clock.after(reportInterval, () => void sendAll());
  }

  return {
    report(key, state, { events, interval, tolerance }) {
      if (isClosed) return;
      const report = reports.get(state) ?? { key, ms: 0, latest: 0 };
      report.ms += events * interval;
      report.latest = tolerance + interval;
      reports.set(state, report);
      schedule();
    },
    close() {
      isClosed = true;
      cancelTimer?.();
      reports.clear();
    },
  };
}
