import { type Logger, type LoggerOptions, pino } from "pino";
import { systemClock } from "../base/clock.js";
import { createLineBuffer } from "./line_buffer.js";
import { type StandardStream, sleepSync } from "./standard_stream.js";

/** The parts of the process that the log uses. */
export interface LogEnvironment {
  readonly stdout: StandardStream;
  /** Calls back when the process ends, however it comes to that. */
  onExit(callback: () => void): void;
}

/**
 * Creates the log of a process, on its standard output. Nothing waits for it: lines that cannot be written in time are
 * dropped, and one line says how many and why when there is room again.
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
  // Whatever the level: the lines that are missing were important enough to be written.
  const dropWarnings = log.child({}, { level: "warn" });
  onExit(buffer.end);
  return log;
}
