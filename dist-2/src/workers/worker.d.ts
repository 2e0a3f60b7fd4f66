import { type LogProcess } from "../log/process_log.js";
/** The parts of its process that a worker uses. */
export interface WorkerSurroundings extends LogProcess {
    /** Has the signals that would ask it to stop do nothing. */
    ignoreSignals(): void;
    /** Ends the process after so many milliseconds if it has not ended by then. `beforehand` may write to the log. */
    endAfter(ms: number, beforehand: () => void): void;
}
/**
 * Serves on behalf of the process that has started this one, until that tells it to stop or is gone.
 *
 * Signals are for the parent: those that a terminal or a supervisor sends reach the whole group, and workers would all
 * stop at once.
 *
 * @throws Error when nobody has started it as a worker.
 */
export declare function runWorker(around: WorkerSurroundings): Promise<void>;
