import type { Clock } from "../domain/clock.js";

/** What is there within so many milliseconds; undefined if nothing is. What was begun goes on. */
export async function within<T>(ms: number, promise: Promise<T>, clock: Clock): Promise<T | undefined> {
  let stopWaiting = () => {};
  const late = new Promise<undefined>((resolve) => {
    stopWaiting = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    stopWaiting();
  }
}
