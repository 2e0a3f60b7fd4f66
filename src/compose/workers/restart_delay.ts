import { backoffDelay } from "../../base/backoff.js";

/**
 * Run time in milliseconds after which a worker counts as stable. Its crashes are then counted from zero
 * again.
 */
export const stableUptime = 60_000;

/**
 * Returns the delay before a worker is restarted, in milliseconds. The first restart has no delay, so that a
 * single crash costs no capacity. The second one waits for half a second, and each further one twice as long,
 * up to half a minute.
 *
 * @param crashes Number of crashes since the worker was last stable.
 */
export function restartDelayAfter(crashes: number): number {
  return crashes <= 1 ? 0 : backoffDelay(crashes - 2, { initialMs: 500, maxMs: 30_000 });
}
