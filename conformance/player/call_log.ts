import { type Logger, pino } from "pino";
import { createCondition } from "../../src/base/condition.js";
import { redaction } from "../../src/log/redaction.js";

/** The log of a service, and the calls in it. */
export interface CallLog {
  readonly log: Logger;
  /** Returns the log so far, as written. */
  text(): string;
  /** Returns the moments at which calls of the method ended, in milliseconds of `performance.now()`. */
  callsOf(method: string): readonly number[];
  /** Resolves at the next line. */
  nextLine(signal: AbortSignal): Promise<void>;
}

/** Creates a log in memory, with a line for each call. */
export function createCallLog(): CallLog {
  const written: string[] = [];
  const calls: { readonly method: string; readonly at: number }[] = [];
  const changed = createCondition();
  // At this level every call has a line of its own, even in a flood of errors.
  const log = pino(
    { level: "trace", redact: redaction },
    {
      write(line) {
        written.push(line);
        const { method } = JSON.parse(line) as { method?: string };
        // The lines of calls have a method, and no others.
        if (method !== undefined) calls.push({ method, at: performance.now() });
        changed.notifyAll();
      },
    },
  );
  return {
    log,
    text: () => written.join(""),
    callsOf: (name) => calls.filter(({ method }) => method === name).map(({ at }) => at),
    nextLine: (signal) => changed.wait(signal),
  };
}
