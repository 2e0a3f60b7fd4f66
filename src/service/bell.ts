import type { Clock } from "../domain/clock.js";

/** Wakes one sleeper. Rings that nobody waits for are kept as one: the next sleep ends at once. */
export interface Bell {
  ring(): void;
  /** Resolves when the bell has rung since the last time, or at `at` (milliseconds since the Unix epoch). */
  rung(clock: Clock, at: number): Promise<void>;
}

export function createBell(): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      hasRung = true;
      wake?.();
    },
    // Not an async function: a watch sleeps here for minutes, and a suspended function is memory.
    rung(clock, at) {
      return new Promise((resolve) => {
        const woken = () => {
          cancel?.();
          wake = undefined;
          hasRung = false;
          resolve();
        };
        const cancel = hasRung ? undefined : clock.after(Math.max(0, at - clock.now()), woken);
        if (hasRung) woken();
        else wake = woken;
      });
    },
  };
}
