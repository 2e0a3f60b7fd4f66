import type { Timing } from "../../src/client/timing.js";
import { createChangeSignal } from "../support/timeout.js";

/** Creates a time that stands still until the test lets a pause pass, and a fixed random number. */
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
  /** Waits until the client pauses. */
  async function paused(): Promise<void> {
    await changes.waitFor(() => pending[0], "a pause of the client");
  }
  return {
    timing,
    /** Lengths of all pauses so far, in milliseconds. */
    pauses,
    pending,
    paused,
    /** Moves the clock, which otherwise stands still. Does not end a pause. */
    advance(ms: number): void {
      now += ms;
    },
    /** Waits until the client pauses, and ends the pause. */
    async pass(): Promise<void> {
      await paused();
      pending.shift()?.callback();
    },
  };
}

/** Creates a time in which every pause ends at once. */
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
