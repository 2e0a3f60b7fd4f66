/** Standard output or standard error, written to without ever waiting for a reader. */
export interface StandardStream {
    /** Tries once to write. Returns the number of bytes taken. Throws the system's error, `EAGAIN` when a pipe is full. */
    tryWrite(data: string | Uint8Array): number;
    /**
     * Writes all of a short text, and waits for a full pipe for half a second at most.
     *
     * @throws Error with the system's code when that cannot be done.
     */
    writeAll(text: string): void;
}
/** Opens a standard stream. `stream` gets the one of `process`, and is called only where nothing else helps. */
export declare function openStandardStream(fd: 1 | 2, stream: () => unknown): StandardStream;
/**
 * Returns a descriptor for the same file, pipe, terminal or socket whose writes do not wait.
 *
 * A pipe or terminal is opened once more: the flag is then ours alone. To set it on the descriptor that we were started with
 * would change it for all who share it, and each of them that ends would change it back.
 */
export declare function withoutBlocking(fd: number, stream: () => unknown): number;
/** Blocks the process for so many milliseconds. */
export declare function sleep(ms: number): void;
