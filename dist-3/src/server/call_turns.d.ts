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
export declare function createCallTurns<Caller = string>(startsPerTurn: number): CallTurns<Caller>;
