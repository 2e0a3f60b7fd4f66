import { type LevelWithSilent, type Logger, pino } from "pino";
import { systemClock } from "../base/clock.js";
import { createLineBuffer } from "./line_buffer.js";
import { createPrettyPrinter } from "./pretty_line.js";
import { redaction } from "./redaction.js";
import { type StandardStream, sleepSync } from "./standard_stream.js";

/** The parts of the process that the log uses. */
export interface LogEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: StandardStream;
  /** Registers a callback that runs when the process ends for whatever reason. */
  onExit(callback: () => void): void;
}

/** Number of the lines that a log has dropped. */
export interface LogLosses {
  lines: number;
}

/** Form of the lines; see the configuration section `log`. */
export interface LogOptions {
  readonly level: LevelWithSilent;
  readonly format: "auto" | "json" | "pretty";
  readonly time: "epoch" | "iso";
  readonly levels: "number" | "name";
}

/**
 * Creates the log of a process, on standard output. Nothing waits for the log: lines that cannot be written
 * in time are dropped, and a warning then reports their number and the cause.
 *
 * @param losses Counts the dropped lines, for metrics.
 */
export function createProcessLog(
  { level, format, time, levels }: LogOptions,
  {
    development,
    losses,
    lineFields,
  }: {
    readonly development: boolean;
    readonly losses?: LogLosses;
    /** Returns fields for each line when it is written. */
    readonly lineFields?: (() => object) | undefined;
  },
  { env, stdout, onExit }: LogEnvironment,
): Logger {
  const buffer = createLineBuffer({
    tryWrite: stdout.tryWrite,
    afterTurn: setImmediate,
    sleep: sleepSync,
    clock: systemClock,
    // A disk may stay full. Its metric must not wait for room, as the line has to.
    onLineLost() {
      if (losses) losses.lines += 1;
    },
    onDropped(lines) {
      dropWarnings.warn(lines, "log lines were dropped");
    },
  });
  const isPretty = format === "pretty" || (format === "auto" && development && stdout.isTerminal);
  const pretty = createPrettyPrinter({ hasColors: stdout.isTerminal && !env.NO_COLOR });
  const log = pino(
    {
      ...{ level, redact: redaction },
      ...(lineFields && { mixin: lineFields }),
      ...(time === "iso" && { timestamp: pino.stdTimeFunctions.isoTime }),
      ...(levels === "name" && { formatters: { level: (label) => ({ level: label }) } }),
    },
    isPretty ? { write: (line: string) => buffer.write(pretty(line)) } : buffer,
  );
  // The warning is written at every log level, since the missing lines were above that level.
  const dropWarnings = log.child({}, { level: "warn" });
  onExit(buffer.end);
  return log;
}
