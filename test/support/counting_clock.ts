import type { Clock } from "../../src/base/clock.js";

/**
 * A clock that knows which of its timers are still to come. What is due at once happens at once, even where the time is held
 * still: a server could not stop otherwise.
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
