import { LinkedList } from "../linked_list.js";
import { createRound } from "./round.js";
import { createStartTurns, type Waiting } from "./start_turns.js";

/** A call that may end while it waits. */
export interface WaitingCall {
  /** Calls the listener once, with the reason, when the call ends. */
  onEnd(listener: (reason: unknown) => void): void;
}

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
  waitForTurn(caller: Caller, call: WaitingCall): Promise<void> | undefined;
}

export function createTurnScheduler<Caller = string>(startsPerTurn: number): TurnScheduler<Caller> {
  const queue = createRound<Caller, Waiting, LinkedList<Waiting>>(() => new LinkedList());
  const turns = createStartTurns(queue, () => startsPerTurn);
  return {
    waitForTurn(caller, call) {
      if (turns.tryStart()) return undefined;
      return new Promise((start, reject) => {
        const waiting: Waiting = { isOver: false, start };
        queue.lineOf(caller).push(waiting);
        call.onEnd((reason) => {
          waiting.isOver = true;
          reject(reason);
        });
      });
    },
  };
}
