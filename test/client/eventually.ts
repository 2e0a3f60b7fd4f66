import { vi } from "vitest";

/** Waits until the assertion holds. The bound catches a hang; machines are shared. */
export function eventually(assertion: () => void): Promise<void> {
  return vi.waitFor(assertion, { timeout: 20_000, interval: 5 });
}
