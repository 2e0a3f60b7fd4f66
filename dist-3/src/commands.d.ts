import { type WorkerSurroundings } from "./workers/worker.js";
/** What a command needs of the process that it runs in. */
export interface Surroundings extends WorkerSurroundings {
    readonly env: Readonly<Record<string, string | undefined>>;
    /**
     * Writes a line to the standard output.
     *
     * @throws Error when it cannot be written.
     */
    print(text: string): void;
    /** Writes a line to the standard error, if that can be done. */
    complain(text: string): void;
    /** Fulfilled with the name of the signal that asks the process to stop. */
    stopRequested(): Promise<string>;
}
/** Runs one command line, without the names of the program. The answer is the exit code. */
export declare function runCommand(words: readonly string[], around: Surroundings): Promise<number>;
