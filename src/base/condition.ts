/** Lets callers wait until something may have changed: a condition variable. */
export interface Condition {
  /** Wakes all callers that wait now. */
  notifyAll(): void;
  /**
   * Resolves at the next notification, or once the signal is aborted. Earlier notifications are not stored, so check
   * the awaited state before each wait, in a loop.
   */
  wait(signal?: AbortSignal): Promise<void>;
}

export function createCondition(): Condition {
  const waiters = new Set<() => void>();
  return {
    notifyAll() {
      // Iterates over a copy, since a woken caller may wait again at once.
      for (const wake of [...waiters]) wake();
    },
    wait: (signal) =>
      new Promise((resolve) => {
        const wake = () => {
          signal?.removeEventListener("abort", wake);
          waiters.delete(wake);
          resolve();
        };
        if (signal?.aborted) return resolve();
        waiters.add(wake);
        signal?.addEventListener("abort", wake);
      }),
  };
}
