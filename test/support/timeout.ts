import { flushPromises } from "./clock.js";

/**
 * Time-outs of waits, in milliseconds. They are shorter than the time-out of a test, whose message does not
 * name what was awaited.
 */
const defaultTimeoutMs = 20_000;

/**
 * Settles as the promise does. Rejects after `timeoutMs` with the name of what was awaited, which catches a
 * hang.
 *
 * @param what Completes the message "not within 20 s: …". A function is called at the time-out and can add
 * what has arrived so far.
 */
export function withTimeout<T>(
  promise: PromiseLike<T>,
  what: string | (() => string),
  timeoutMs = defaultTimeoutMs,
): Promise<T> {
  // Created here, so that its stack leads to the caller.
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
  // When its test is over, a wait ends, and its failure must not hit another test.
  bounded.catch(() => {});
  return bounded;
}

/**
 * Resolves as the promise does, once every promise has settled that does not wait for a timer or for I/O.
 * Throws if the promise is still pending then: with a clock that stands still, nothing would settle it.
 */
export async function requireSettled<T>(promise: Promise<T>, what: string): Promise<T> {
  const pending = Symbol("pending");
  await flushPromises();
  const value = await Promise.race([promise, flushPromises().then(() => pending)]);
  if (value === pending) throw new Error(`still pending after all promises have settled: ${what}`);
  return value as T;
}

/** Signal by which one side reports a change, and another waits for a condition. */
export interface ChangeSignal {
  /** Lets every waiter check its condition again. */
  notify(): void;
  /**
   * Resolves with the result of `look` once it is not undefined. Rejects at the time-out of {@link
   * withTimeout}, or with an error of `look`.
   */
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

/** Iterates as the iterable does, with the time-out of {@link withTimeout} for each step. */
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
