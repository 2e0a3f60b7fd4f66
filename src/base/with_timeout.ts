import type { Clock } from "./clock.js";

/** What is there within so many milliseconds; undefined if nothing is. What was begun goes on. */
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
