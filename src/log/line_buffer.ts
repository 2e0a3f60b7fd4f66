import type { Clock } from "../base/clock.js";

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

/**
 * Largest write, in bytes, and always of whole lines: the system takes as much (PIPE_BUF of Linux) into a pipe whole or
 * not at all, so that the lines of several workers never mix.
 */
const chunkBytes = 4_096;

/** So many bytes of lines wait at most. */
export const maxWaitingBytes = 1_048_576;

/** With so many bytes the end of the turn is not waited for. */
const flushBytes = 65_536;

/** First and longest pause after a failed write, in milliseconds. Doubled each time. */
const retryDelays = { first: 2, longest: 1_000 } as const;

/** Steps in which the end of the process waits for a full pipe, in milliseconds. */
const flushTimeout = { total: 500, step: 10 } as const;

interface Chunk {
  data: string | Uint8Array;
  bytes: number;
}

/**
 * Creates a buffer that writes the lines of one turn of the event loop together.
 *
 * What cannot be written waits, and is tried again. When too much waits, further lines are dropped and counted until half
 * of it is written. A line is never cut: what was begun is finished first.
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
    if (taken === 0) throw Object.assign(new Error("nothing was taken"), { code: "EAGAIN" });
    failure?.cancelRetry();
    failure = undefined;
    chunk.bytes -= taken;
    waitingBytes -= taken;
    if (chunk.bytes > 0) chunk.data = Buffer.from(chunk.data).subarray(taken);
  }

  function retryLater(cause: string | undefined): void {
    lastCause = cause;
    // The end of a turn may try again while a retry of an eager write is pending.
    failure?.cancelRetry();
    const pause = failure ? Math.min(2 * failure.pause, retryDelays.longest) : retryDelays.first;
    failure = { cause, pause, cancelRetry: hasEnded ? () => {} : clock.after(pause, drain) };
  }

  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      // While lines are being dropped all are, so that the gap is in one place.
      if (dropped > 0 || waitingBytes + bytes > maxWaitingBytes) dropped += 1;
      else push(line, bytes);
      if (hasEnded) return drain();
      // The retry will see to it.
      if (failure) return;
      if (waitingBytes >= flushBytes) return drain();
      if (isScheduled) return;
      isScheduled = true;
      afterTurn(drain);
    },
    end() {
      hasEnded = true;
      failure?.cancelRetry();
      // Whoever has not read for long will not read now.
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
