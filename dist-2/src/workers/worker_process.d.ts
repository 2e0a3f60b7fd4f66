import type { Config } from "../config/config.js";
/** A process that serves on behalf of this one. */
export interface WorkerProcess {
    /** Undefined if the system would not start it. */
    readonly pid: number | undefined;
    /** Where it listens, once it serves. Rejected with an Error that says in one line why it does not. */
    readonly ready: Promise<string>;
    readonly ended: Promise<WorkerEnd>;
    /** Asks for a sign of life. `onPong` is called when the worker's event loop answers, and never if it does not. */
    ping(onPong: () => void): void;
    /** Asks it to stop politely; see {@link Order}. */
    stop(last: boolean): void;
    /** Ends it at once. */
    kill(): void;
}
/** How a worker came to its end. */
export interface WorkerEnd {
    /** Null if a signal killed it. */
    readonly code: number | null;
    readonly signal: string | null;
}
/** What has to be settled once, before the first worker is started. */
export declare function prepareWorkers(): void;
/** Starts a process of the same program, and has it serve. */
export declare function forkWorker(number: number, config: Config): WorkerProcess;
