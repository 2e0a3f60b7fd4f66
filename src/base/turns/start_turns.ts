import type { QueueReader } from "./round.js";

/** A call or stream that waits for its turn. */
export interface Waiting {
  /** True if it has ended while it waited. */
  isOver: boolean;
  start(): void;
}

/** The starts in each turn of the event loop. */
export interface StartTurns {
  /** Returns true, and counts a start, if one more may start in this turn and none waits. */
  tryStart(): boolean;
  /** Schedules the next turn. */
  schedule(): void;
}

/**
 * Creates the turns in which those that wait start: a bounded number in each turn of the event loop, so that input is
 * read in between. No further turn is scheduled once none has started in the last one.
 *
 * @param queue Those that wait, in the order of their turns.
 * @param maxStarts Returns the number of starts of the turn that begins.
 * @param endTurn Called at the end of each turn. Returns true if another one is needed although none has started.
 */
export function createStartTurns(
  queue: QueueReader<Waiting>,
  maxStarts: () => number,
  endTurn: () => boolean = () => false,
): StartTurns {
  let freeStarts = maxStarts();
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(nextTurn);
  }

  function nextTurn(): void {
    isScheduled = false;
    const max = maxStarts();
    freeStarts = max;
    while (freeStarts > 0 && !queue.isEmpty) {
      const next = queue.shift();
      if (!next || next.isOver) continue;
      freeStarts -= 1;
      next.start();
    }
    if (endTurn() || freeStarts < max) schedule();
  }

  return {
    schedule,
    tryStart() {
      schedule();
      if (freeStarts === 0 || !queue.isEmpty) return false;
      freeStarts -= 1;
      return true;
    },
  };
}
