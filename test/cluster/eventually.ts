import { setTimeout as sleep } from "node:timers/promises";

/** Repeats `ask` until its result is neither undefined nor false. An error counts as no result. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  timeout = 60_000,
): Promise<T> {
  const until = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) {
      throw new Error(`${what}: not within ${timeout / 1_000} s`, { cause: last });
    }
    await sleep(50);
  }
}
