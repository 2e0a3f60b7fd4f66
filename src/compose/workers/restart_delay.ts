import { backoffDelay } from "../../base/backoff.js";

/** A worker that has served this long, in milliseconds, did not die at once: the pauses begin again. */
export const stableUptime = 60_000;

/**
 * How long to wait with the next worker, in milliseconds, after so many that died at once. The first is replaced without
 * a pause, so that one death costs no capacity; then half a second, doubled each time, at most half a minute.
 */
export function restartDelayAfter(crashes: number): number {
  return crashes <= 1 ? 0 : backoffDelay(crashes - 2, { initialMs: 500, maxMs: 30_000 });
}
