import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Standard output or standard error. Writes never block. */
export interface StandardStream {
  /** True if the stream is a terminal. */
  readonly isTerminal: boolean;
  /**
   * Tries once to write. Returns the number of bytes written.
   *
   * @throws Error of the system with a `code`: `EAGAIN` if a pipe is full.
   */
  tryWrite(data: string | Uint8Array): number;
  /**
   * Writes all of a short text. Waits for a full pipe for at most half a second.
   *
   * @throws Error of the system with a `code` when the text cannot be written.
   */
  writeAll(text: string): void;
}

/**
 * Time that {@link StandardStream.writeAll} waits for a full pipe, and the step between two tries, in
 * milliseconds.
 */
const writeTimeout = { total: 500, step: 10 } as const;

/**
 * Opens a standard stream.
 *
 * @param stream Returns the stream of `process`. Called only if no other way works.
 */
export function openStandardStream(fd: 1 | 2, stream: () => unknown): StandardStream {
  const nonBlockingFd = openNonBlocking(fd, stream);
  const tryWrite = (data: string | Uint8Array) =>
    typeof data === "string" ? writeSync(nonBlockingFd, data) : writeSync(nonBlockingFd, data);
  return {
    isTerminal: isatty(fd),
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
 * Returns a descriptor for the same file, pipe, terminal or socket whose writes do not block.
 *
 * A pipe or terminal is opened again, so that the non-blocking flag belongs to this process. On the inherited
 * descriptor, the flag would apply to every process that shares it, and each one that ends would reset it.
 */
export function openNonBlocking(fd: number, stream: () => unknown): number {
  const stats = fstatSync(fd);
  // Writes to a file never wait for a reader. The file's position is shared with other writers.
  if (stats.isFile()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // This is a socket, a pipe of another user, a pipe without a reader, or a system without /proc. Node.js
    // sets the flag on the shared descriptor when it creates its stream.
    stream();
    return fd;
  }
}

/** Blocks the process for `ms` milliseconds. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
