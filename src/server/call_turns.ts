import { createFifo, type Fifo } from "./fifo.js";
import type { RunningCall } from "./running_call.js";

/**
 * Starts a bounded number of calls in each turn of the event loop, so that what arrives meanwhile is read. The others wait,
 * each caller in a queue of its own, and the queues take turns: a caller with thousands of calls delays one with a single
 * call by no more than one call.
 */
export interface CallTurns<Caller = string> {
  /**
   * Returns undefined if the call may start at once, else a promise that resolves when its turn has come. The promise rejects
   * with the reason if the call ends before.
   */
  turn(caller: Caller, call: Pick<RunningCall, "onEnd">): Promise<void> | undefined;
}

interface Waiting {
  /** Whether the call has ended while it waited. */
  over: boolean;
  start(): void;
}

interface Line<Caller> {
  readonly caller: Caller;
  readonly waiting: Fifo<Waiting>;
}

export function createCallTurns<Caller = string>(startsPerTurn: number): CallTurns<Caller> {
  const lines = new Map<Caller, Line<Caller>>();
  /** The lines in the order in which they are served. Each is in here once. */
  const round = createFifo<Line<Caller>>();
  let free = startsPerTurn;
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextTurn);
  }

  function nextTurn(): void {
    scheduled = false;
    free = startsPerTurn;
    while (free > 0) {
      const line = round.shift();
      if (!line) break;
      const waiting = line.waiting.shift();
      if (line.waiting.isEmpty) lines.delete(line.caller);
      else round.push(line);
      if (!waiting || waiting.over) continue;
      free -= 1;
      waiting.start();
    }
    if (free < startsPerTurn) schedule();
  }

  function lineOf(caller: Caller): Line<Caller> {
    const known = lines.get(caller);
    if (known) return known;
    const line = { caller, waiting: createFifo<Waiting>() };
    lines.set(caller, line);
    round.push(line);
    return line;
  }

  return {
    turn(caller, call) {
      schedule();
      if (free > 0 && round.isEmpty) {
        free -= 1;
        return undefined;
      }
      return new Promise((start, reject) => {
        const waiting: Waiting = { over: false, start };
        lineOf(caller).waiting.push(waiting);
        call.onEnd((reason) => {
          waiting.over = true;
          reject(reason);
        });
      });
    },
  };
}
