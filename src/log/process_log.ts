import { type Logger, type LoggerOptions, pino } from "pino";
import { systemClock } from "../base/clock.js";
import { createLineBuffer } from "./line_buffer.js";
import { type StandardStream, sleepSync } from "./standard_stream.js";

/** The parts of the process that the log uses. */
export interface LogEnvironment {
  readonly stdout: StandardStream;
  /** Registers a callback that runs when the process ends for whatever reason. */
  onExit(callback: () => void): void;
}

/**
 * Creates the log of a process, on standard output. Nothing waits for the log: lines that cannot be written
 * in time are dropped, and a warning then reports their number and the cause.
 */
export function createProcessLog(options: LoggerOptions, { stdout, onExit }: LogEnvironment): Logger {
  const buffer = createLineBuffer({
    tryWrite: stdout.tryWrite,
    afterTurn: setImmediate,
    sleep: sleepSync,
    clock: systemClock,
    onDropped: (lines) => dropWarnings.warn(lines, "log lines were dropped"),
  });
  const log = pino(options, buffer);
  // The warning is written at every log level, since the missing lines were above that level.
  const dropWarnings = log.child({}, { level: "warn" });
  onExit(buffer.end);
  return log;
}
