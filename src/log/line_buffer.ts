import type { Clock } from "../base/clock.js";

/** A buffer of lines for a file, pipe or terminal. */
export interface LineBuffer {
  /**
   * Adds one line, including its line feed. Never throws and never waits. Drops the line if the buffer is
   * full.
   */
  write(line: string): void;
  /**
   * Writes the remaining lines before the process ends. Waits for at most half a second. Later lines are
   * written at once.
   */
  end(): void;
}

/** A count of lost lines. */
export interface DroppedLines {
  readonly dropped: number;
  /** Code of the last error, such as `ENOSPC`. `EAGAIN` means that the reader is too slow. */
  readonly cause: string | undefined;
}

export interface LineBufferOptions {
  /**
   * Tries once to write, without waiting. Returns the number of bytes written.
   *
   * @throws Error of the system with a `code`.
   */
  tryWrite(data: string | Uint8Array): number;
  /** Calls the callback once, at the end of this turn of the event loop. */
  afterTurn(callback: () => void): void;
  /** Blocks the process for `ms` milliseconds. */
  sleep(ms: number): void;
  readonly clock: Clock;
  /** Called at once for each line that is dropped. */
  onLineLost?(): void;
  /** Called when there is room again after lines were dropped. May call `write`. */
  onDropped(lines: DroppedLines): void;
}

/**
 * Largest write, in bytes. Every write holds whole lines. Up to this size (PIPE_BUF of Linux) a pipe accepts
 * all of a write or nothing, so lines of several workers never mix.
 */
const chunkBytes = 4_096;

/** Largest number of bytes in the buffer. */
export const maxWaitingBytes = 1_048_576;

/** Number of bytes from which the buffer is written before the end of the turn. */
const flushBytes = 65_536;

/** First and longest pause after a failed write, in milliseconds. The pause doubles each time. */
const retryDelays = { first: 2, longest: 1_000 } as const;

/** Time that `end` waits for a full pipe, and the step between two tries, in milliseconds. */
const flushTimeout = { total: 500, step: 10 } as const;

interface Chunk {
  data: string | Uint8Array;
  bytes: number;
}

/**
 * Creates a buffer that writes the lines of one turn of the event loop together.
 *
 * Lines that cannot be written stay in the buffer and are retried. Once it is full, further lines are dropped
 * and counted until half of it has been written. A line that was written in part is always finished first.
 */
export function createLineBuffer(options: LineBufferOptions): LineBuffer {
  const { tryWrite, afterTurn, sleep, clock, onDropped } = options;
  let waiting: Chunk[] = [];
  let waitingBytes = 0;
  let isScheduled = false;
  let hasEnded = false;
  let dropped = 0;
  let failure: { cause: string | undefined; pause: number; cancelRetry: () => void } | undefined;
  let lastCause: string | undefined;

  function push(line: string, bytes: number): void {
    const last = waiting.at(-1);
    waitingBytes += bytes;
    if (typeof last?.data === "string" && last.bytes + bytes <= chunkBytes) {
      last.data += line;
      last.bytes += bytes;
    } else {
      waiting.push({ data: line, bytes });
    }
  }

  function drain(): void {
    isScheduled = false;
    let written = 0;
    try {
      for (const chunk of waiting) {
        while (chunk.bytes > 0) writeSome(chunk);
        written += 1;
      }
    } catch (error) {
      retryLater(codeOf(error));
    }
    waiting = waiting.slice(written);
    if (dropped > 0 && waitingBytes <= maxWaitingBytes / 2) {
      const lines = { dropped, cause: lastCause };
      dropped = 0;
      onDropped(lines);
    }
  }

  function writeSome(chunk: Chunk): void {
    const taken = tryWrite(chunk.data);
    if (taken === 0) throw Object.assign(new Error("nothing was written"), { code: "EAGAIN" });
    failure?.cancelRetry();
    failure = undefined;
    chunk.bytes -= taken;
    waitingBytes -= taken;
    if (chunk.bytes > 0) chunk.data = Buffer.from(chunk.data).subarray(taken);
  }

  function retryLater(cause: string | undefined): void {
    lastCause = cause;
    // A retry may already be pending when the end of a turn tries again.
    failure?.cancelRetry();
    const pause = failure ? Math.min(2 * failure.pause, retryDelays.longest) : retryDelays.first;
    failure = { cause, pause, cancelRetry: hasEnded ? () => {} : clock.after(pause, drain) };
  }

  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      // All lines are dropped until there is room again, so that the log has one gap.
      if (dropped > 0 || waitingBytes + bytes > maxWaitingBytes) {
        dropped += 1;
        options.onLineLost?.();
      } else push(line, bytes);
      if (hasEnded) return drain();
      // The pending retry writes this line too.
      if (failure) return;
      if (waitingBytes >= flushBytes) return drain();
      if (isScheduled) return;
      isScheduled = true;
      afterTurn(drain);
    },
    end() {
      hasEnded = true;
      failure?.cancelRetry();
      // A reader that has not read for long is not worth waiting for.
      const isHopeless = failure !== undefined && failure.pause > flushTimeout.total;
      drain();
      for (let waited = 0; waited < flushTimeout.total && !isHopeless; waited += flushTimeout.step) {
        if (failure?.cause !== "EAGAIN") break;
        sleep(flushTimeout.step);
        drain();
      }
    },
  };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
