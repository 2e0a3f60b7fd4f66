import type { Timing } from "../../src/client/timing.js";
import { createChangeSignal } from "../support/timeout.js";

/** Time that stands still until the test lets a pause go by, and dice that show what the test wants. */
export function createManualTiming(random = 0.5) {
  const pending: { ms: number; callback: () => void }[] = [];
  const pauses: number[] = [];
  const changes = createChangeSignal();
  let now = 0;
  const timing: Timing = {
    now: () => now,
    after(ms, callback) {
      const timer = { ms, callback };
      pending.push(timer);
      pauses.push(ms);
      changes.notify();
      return () => {
        const at = pending.indexOf(timer);
        if (at >= 0) pending.splice(at, 1);
      };
    },
    random: () => random,
  };
  /** Waits until somebody pauses. */
  async function paused(): Promise<void> {
    await changes.waitFor(() => pending[0], "a pause of the client");
  }
  return {
    timing,
    /** The length of every pause so far. */
    pauses,
    pending,
    paused,
    /** Moves the clock, which stands still otherwise. No pause goes by. */
    advance(ms: number): void {
      now += ms;
    },
    /** Waits until somebody pauses, and lets the pause go by. */
    async pass(): Promise<void> {
      await paused();
      pending.shift()?.callback();
    },
  };
}

/** Time in which every pause goes by at once. */
export function createImmediateTiming(): Timing {
  return {
    now: () => 0,
    after(_ms, callback) {
      const timer = setImmediate(callback);
      return () => clearImmediate(timer);
    },
    random: () => 0,
  };
}
