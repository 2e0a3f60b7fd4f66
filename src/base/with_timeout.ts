import type { Clock } from "./clock.js";

/** Resolves with the value, or with undefined after `ms` milliseconds. Does not cancel the work. */
export async function withTimeout<T>(ms: number, promise: Promise<T>, clock: Clock): Promise<T | undefined> {
  let cancelTimeout = () => {};
  const timeout = new Promise<undefined>((resolve) => {
    cancelTimeout = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    cancelTimeout();
  }
}
