import type { History } from "./history.js";
import type { Random } from "./random.js";

/**
 * Waits until each login has made between `least` and `most` more calls, on average. Runs measure time only in
 * calls, so that a fault hits a slow machine no harder than a fast one.
 */
export type Pace = (least: number, most: number) => Promise<void>;

/** Time limit in milliseconds. All callers may be waiting, for each other or for the disturbed part. */
const defaultTimeout = 10_000;

/**
 * Creates a pace from the calls in the history.
 *
 * @param timeout Time limit of a wait for calls, in milliseconds.
 */
export function createPace(history: History, random: Random, logins: number, timeout = defaultTimeout): Pace {
  return (least, most) =>
    new Promise((resolve) => {
      const enough = history.operations() + Math.ceil(random.between(least, most) * logins);
      const bound = setTimeout(end, timeout);
      const stopListening = history.onOperation(() => {
        if (history.operations() >= enough) end();
      });
      function end(): void {
        clearTimeout(bound);
        stopListening();
        resolve();
      }
    });
}
