import { flushPromises } from "./clock.js";

/** Bounds of the waits in milliseconds: shorter than the time-out of a test, which does not say what was awaited. */
const defaultTimeoutMs = 20_000;

/**
 * Resolves as the promise does. Rejects with what was awaited if that takes longer than `timeoutMs`, which catches a hang and
 * measures nothing.
 *
 * @param what Completes "not within 20 s: …". A function is asked when the time is over, and can tell what has come so far.
 */
export function withTimeout<T>(
  promise: PromiseLike<T>,
  what: string | (() => string),
  timeoutMs = defaultTimeoutMs,
): Promise<T> {
  // Made here, so that its stack leads to who waits.
  const late = new Error();
  const bounded = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      late.message = `not within ${timeoutMs / 1_000} s: ${typeof what === "string" ? what : what()}`;
      reject(late);
    }, timeoutMs);
    const settled = () => clearTimeout(timer);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error as Error);
      },
    );
  });
  // A test that is over no longer waits, and its failure must not be another test's.
  bounded.catch(() => {});
  return bounded;
}

/**
 * Resolves as the promise does once everything that can go on by itself has done so. Throws at once if the promise is still
 * pending then: with a clock that stands still nothing would settle it, however long a test waits.
 */
export async function requireSettled<T>(promise: Promise<T>, what: string): Promise<T> {
  const pending = Symbol("pending");
  await flushPromises();
  const value = await Promise.race([promise, flushPromises().then(() => pending)]);
  if (value === pending) throw new Error(`still pending with everything at rest: ${what}`);
  return value as T;
}

/** Lets one side report that something has changed, and the other wait until what it looks for is there. */
export interface ChangeSignal {
  /** Has every waiter look again. */
  notify(): void;
  /** Resolves with what `look` returns once that is not undefined. Bounded as {@link withTimeout} is; throws what `look` throws. */
  waitFor<T>(look: () => T | undefined, what: string | (() => string), timeoutMs?: number): Promise<T>;
}

export function createChangeSignal(): ChangeSignal {
  const waiting = new Set<() => void>();
  return {
    notify() {
      for (const recheck of [...waiting]) recheck();
    },
    waitFor<T>(read: () => T | undefined, what: string | (() => string), timeoutMs?: number) {
      let recheck = () => {};
      const found = new Promise<T>((resolve, reject) => {
        recheck = () => {
          try {
            const value = read();
            if (value === undefined) return;
            resolve(value);
          } catch (error) {
            reject(error as Error);
          }
          waiting.delete(recheck);
        };
        waiting.add(recheck);
        recheck();
      });
      const bounded = withTimeout(found, what, timeoutMs);
      const forget = () => void waiting.delete(recheck);
      bounded.then(forget, forget);
      return bounded;
    },
  };
}

/** Iterates as the iterable does, and bounds each step as {@link withTimeout} does. */
export function withTimeoutEach<T>(inner: AsyncIterable<T>): AsyncIterableIterator<T, undefined> & {
  return(value?: undefined): Promise<IteratorResult<T, undefined>>;
} {
  const iterator = inner[Symbol.asyncIterator]();
  return {
    next: () => withTimeout(iterator.next(), "the next value of an iteration, or its end"),
    async return(value) {
      const leave = async () => iterator.return?.(value);
      return (
        (await withTimeout(leave(), "the end of an iteration that is left")) ?? {
          done: true,
          value: undefined,
        }
      );
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
