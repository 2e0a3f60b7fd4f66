import { vi } from "vitest";

/**
 * Waits until the assertion holds, or what is done succeeds. The bound catches a hang; machines are shared.
 *
 * @param timeout How long at most, in milliseconds.
 */
export function eventually<T>(assertion: () => T | Promise<T>, timeout = 20_000): Promise<T> {
  return vi.waitFor(assertion, { timeout, interval: 10 });
}
