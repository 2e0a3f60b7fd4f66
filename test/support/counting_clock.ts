import type { Clock } from "../../src/base/clock.js";

/**
 * Wraps a clock and counts its pending timers. Timers that are due at once also run while the time stands
 * still, since a server could not stop otherwise.
 */
export function createCountingClock(clock: Clock): Clock & { pending(): ReadonlySet<object> } {
  const pending = new Set<object>();
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    wallTimeOf: (moment) => clock.wallTimeOf(moment),
    after(ms, callback) {
      const timer = {};
      pending.add(timer);
      const due = () => {
        pending.delete(timer);
        callback();
      };
      const cancel = ms <= 0 ? onNextTurn(due) : clock.after(ms, due);
      return () => {
        pending.delete(timer);
        cancel();
      };
    },
    pending: () => new Set(pending),
  };
}

function onNextTurn(callback: () => void): () => void {
  const immediate = setImmediate(callback);
  return () => clearImmediate(immediate);
}
