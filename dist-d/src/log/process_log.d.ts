import { type Logger, type LoggerOptions } from "pino";
import { type StandardStream } from "./standard_stream.js";
/** The parts of the process that the log uses. */
export interface LogProcess {
    readonly stdout: StandardStream;
    /** Calls back when the process ends, however it comes to that. */
    atExit(callback: () => void): void;
}
/**
 * Creates the log of a process, on its standard output. Nothing waits for it: lines that cannot be written in time are
 * dropped, and one line says how many and why when there is room again.
 */
export declare function createProcessLog(options: LoggerOptions, { stdout, atExit }: LogProcess): Logger;
