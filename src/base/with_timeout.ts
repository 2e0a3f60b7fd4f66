import type { Timer } from "./timer.js";

/**
 * Resolves with the value, or with `undefined` after `ms` milliseconds. Rejects when the promise does, or with
 * the reason of the signal once that is aborted. Does not cancel the work, and leaves no timer behind.
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  timer: Pick<Timer, "after">,
  signal?: AbortSignal,
): Promise<T | undefined> {
  let stop = () => {};
  const interruption = new Promise<undefined>((resolve, reject) => {
    const cancelTimer = timer.after(ms, () => resolve(undefined));
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    stop = () => {
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
    };
    if (signal?.aborted) onAbort();
  });
  try {
    return await Promise.race([interruption, promise]);
  } finally {
    stop();
  }
}
