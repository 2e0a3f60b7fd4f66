import type { History } from "./history.js";
import type { Random } from "./random.js";

/**
 * Lets the load go on until each login has made between `least` and `most` more calls, on average. A run knows no other time, so that a
 * slow machine suffers no more from a fault than a quick one.
 */
export type Pace = (least: number, most: number) => Promise<void>;

/** Those who would call may all be waiting, for each other or for what is disturbed: it goes on then all the same. */
const defaultTimeout = 10_000;

/** @param timeout How long is waited for those calls, in milliseconds. */
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
