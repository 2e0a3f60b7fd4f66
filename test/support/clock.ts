import type { Clock } from "../../src/domain/clock.js";

/** A clock that stands still until the test moves it. */
export interface HeldClock extends Clock {
  /** Moves the time and runs, in order, what falls due on the way. */
  advance(ms: number): void;
}

/** Stands at the present, since jose and the client look at the machine's clock too. */
export function heldClock(): HeldClock {
  let now = Date.now();
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    after(ms, callback) {
      if (ms <= 0) {
        const soon = setImmediate(callback);
        return () => clearImmediate(soon);
      }
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
}

/** A clock that knows which of its timers are still to come. */
export function countedClock(clock: Clock): Clock & { pending(): ReadonlySet<object> } {
  const pending = new Set<object>();
  return {
    now: () => clock.now(),
    after(ms, callback) {
      const timer = {};
      pending.add(timer);
      const cancel = clock.after(ms, () => {
        pending.delete(timer);
        callback();
      });
      return () => {
        pending.delete(timer);
        cancel();
      };
    },
    pending: () => new Set(pending),
  };
}
