import { createQueue, type Queue } from "./queue.js";
import { createRound } from "./round.js";
import type { RunningCall } from "./running_call.js";

/**
 * A scheduler that starts a bounded number of calls in each turn of the event loop, so that input is read in
 * between. The other calls wait in one queue for each caller, and the queues take turns. In the queue, a
 * caller with thousands of calls is ahead of another caller's single call by at most one call.
 */
export interface TurnScheduler<Caller = string> {
  /**
   * Returns undefined if the call may start at once, else a promise that resolves when its turn comes. The
   * promise rejects with the reason if the call ends first.
   */
  waitForTurn(caller: Caller, call: Pick<RunningCall, "onEnd">): Promise<void> | undefined;
}

interface QueuedCall {
  /** True if the call has ended while it waited. */
  isCancelled: boolean;
  start(): void;
}

export function createTurnScheduler<Caller = string>(startsPerTurn: number): TurnScheduler<Caller> {
  const queue = createRound<Caller, QueuedCall, Queue<QueuedCall>>(createQueue);
  let freeStarts = startsPerTurn;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(startQueued);
  }

  function startQueued(): void {
    isScheduled = false;
    freeStarts = startsPerTurn;
    while (freeStarts > 0 && !queue.isEmpty) {
      const waiting = queue.shift();
      if (!waiting || waiting.isCancelled) continue;
      freeStarts -= 1;
      waiting.start();
    }
    if (freeStarts < startsPerTurn) schedule();
  }

  return {
    waitForTurn(caller, call) {
      schedule();
      if (freeStarts > 0 && queue.isEmpty) {
        freeStarts -= 1;
        return undefined;
      }
      return new Promise((start, reject) => {
        const waiting: QueuedCall = { isCancelled: false, start };
        queue.lineOf(caller).push(waiting);
        call.onEnd((reason) => {
          waiting.isCancelled = true;
          reject(reason);
        });
      });
    },
  };
}
