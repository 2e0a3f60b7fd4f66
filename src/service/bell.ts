import type { Clock } from "../domain/clock.js";

/** Wakes one sleeper. Rings that nobody waits for are kept as one: the next sleep ends at once. */
export interface Bell {
  ring(): void;
  /** Fulfilled when the bell has rung since the last time, or at `at`, a moment of the clock. */
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
    async rung(clock, at) {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(Math.max(0, at - clock.now()), resolve);
          wake = () => {
            cancel();
            resolve();
          };
        });
        wake = undefined;
      }
      hasRung = false;
    },
  };
}
