import type { Clock } from "../domain/clock.js";
/** Lines on their way to a file, pipe or terminal. */
export interface LineBuffer {
    /** Takes one line, with its line feed. Never throws and never waits; drops the line when there is no room. */
    write(line: string): void;
    /** Writes what is left, for the end of the process. Waits at most half a second. Later lines are tried at once. */
    end(): void;
}
/** Lines that were lost. */
export interface DroppedLines {
    readonly dropped: number;
    /** Code of the last error, such as `ENOSPC`. `EAGAIN` is a reader that does not keep up. */
    readonly cause: string | undefined;
}
export interface LineBufferOptions {
    /** Tries once to write, without waiting. Returns the number of bytes taken. Throws where the system reports an error. */
    tryWrite(data: string | Uint8Array): number;
    /** Calls back once, when the lines of this turn of the event loop are there. */
    afterTurn(callback: () => void): void;
    /** Blocks the process for so many milliseconds. */
    sleep(ms: number): void;
    readonly clock: Clock;
    /** Called when there is room again after lines were dropped. May write. */
    onDropped(lines: DroppedLines): void;
}
/** So many bytes of lines wait at most. */
export declare const maxWaitingBytes = 1048576;
/**
 * Creates a buffer that writes the lines of one turn of the event loop together.
 *
 * What cannot be written waits, and is tried again. When too much waits, further lines are dropped and counted until half
 * of it is written. A line is never cut: what was begun is finished first.
 */
export declare function createLineBuffer(options: LineBufferOptions): LineBuffer;
