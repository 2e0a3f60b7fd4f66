import { setImmediate as turn } from "node:timers/promises";
import { type Clock, systemClock } from "../../src/base/clock.js";

/** A clock that runs like the machine's and can be moved forward. */
export interface MovableClock extends Clock {
  /** Moves the time forward by `ms` milliseconds. Timers that become due run in order, each at its own time. */
  advance(ms: number): Promise<void>;
}

interface PendingTimer {
  readonly at: number;
  readonly callback: () => void;
  cancel: () => void;
}

/** Creates a clock. Its wall clock is moved with it. */
export function createMovableClock(): MovableClock {
  let skipped = 0;
  const timers = new Set<PendingTimer>();
  const now = () => systemClock.now() + skipped;

  function run(timer: PendingTimer): void {
    timer.cancel();
    if (timers.delete(timer)) timer.callback();
  }

  function schedule(timer: PendingTimer): void {
    timer.cancel = systemClock.after(Math.max(0, timer.at - now()), () => run(timer));
  }

  return {
    now,
    wallNow: () => systemClock.wallNow() + skipped,
    wallTimeOf: (moment) => systemClock.wallTimeOf(moment - skipped) + skipped,
    after(ms, callback) {
      const timer: PendingTimer = { at: now() + ms, callback, cancel: () => {} };
      timers.add(timer);
      schedule(timer);
      return () => {
        timers.delete(timer);
        timer.cancel();
      };
    },
    async advance(ms) {
      const limit = now() + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= limit).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        skipped += Math.max(0, next.at - now());
        run(next);
        // Lets the promises settle that wait for this timer, since they may set the next one.
        await turn();
      }
      skipped += Math.max(0, limit - now());
      for (const timer of timers) {
        timer.cancel();
        schedule(timer);
      }
    },
  };
}
