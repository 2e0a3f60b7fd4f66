import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is neither undefined nor false; what it throws meanwhile counts as no answer. */
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
