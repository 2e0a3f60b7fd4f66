import { constants, fstatSync, openSync, writeSync } from "node:fs";

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

/** Steps in which {@link StandardStream.writeAll} waits for a full pipe, in milliseconds. */
const writeTimeout = { total: 500, step: 10 } as const;

/** Opens a standard stream. `stream` gets the one of `process`, and is called only where nothing else helps. */
export function openStandardStream(fd: 1 | 2, stream: () => unknown): StandardStream {
  const nonBlockingFd = openNonBlocking(fd, stream);
  const tryWrite = (data: string | Uint8Array) =>
    typeof data === "string" ? writeSync(nonBlockingFd, data) : writeSync(nonBlockingFd, data);
  return {
    tryWrite,
    writeAll(text) {
      let remaining: Uint8Array = Buffer.from(text);
      for (let waited = 0; remaining.length > 0; ) {
        try {
          remaining = remaining.subarray(tryWrite(remaining));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || waited >= writeTimeout.total) throw error;
          sleepSync(writeTimeout.step);
          waited += writeTimeout.step;
        }
      }
    },
  };
}

/**
 * Returns a descriptor for the same file, pipe, terminal or socket whose writes do not wait.
 *
 * A pipe or terminal is opened once more: the flag is then ours alone. To set it on the descriptor that we were started with
 * would change it for all who share it, and each of them that ends would change it back.
 */
export function openNonBlocking(fd: number, stream: () => unknown): number {
  const kind = fstatSync(fd);
  // Never waits for a reader. Its position is shared with whoever else writes to it.
  if (kind.isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A socket, a pipe of another user, one whose reader is gone, or a system without /proc. Node.js sets the flag on the
    // shared descriptor when its stream is made.
    stream();
    return fd;
  }
}

/** Blocks the process for so many milliseconds. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
