import { vi } from "vitest";

/**
 * Waits until the assertion holds, or the action succeeds. The time-out catches a hang and is generous, since
 * machines are shared.
 * @param timeout Time-out in milliseconds.
 */
export function eventually<T>(assertion: () => T | Promise<T>, timeout = 20_000): Promise<T> {
  return vi.waitFor(assertion, { timeout, interval: 10 });
}
