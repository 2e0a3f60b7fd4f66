import { createFifo, type Fifo } from "./fifo.js";
import { createRound } from "./round.js";
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

export function createCallTurns<Caller = string>(startsPerTurn: number): CallTurns<Caller> {
  const queue = createRound<Caller, Waiting, Fifo<Waiting>>(createFifo);
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
    while (free > 0 && !queue.isEmpty) {
      const waiting = queue.shift();
      if (!waiting || waiting.over) continue;
      free -= 1;
      waiting.start();
    }
    if (free < startsPerTurn) schedule();
  }

  return {
    turn(caller, call) {
      schedule();
      if (free > 0 && queue.isEmpty) {
        free -= 1;
        return undefined;
      }
      return new Promise((start, reject) => {
        const waiting: Waiting = { over: false, start };
        queue.lineOf(caller).push(waiting);
        call.onEnd((reason) => {
          waiting.over = true;
          reject(reason);
        });
      });
    },
  };
}
