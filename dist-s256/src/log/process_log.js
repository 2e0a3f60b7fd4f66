import { pino } from "pino";
import { systemClock } from "../domain/clock.js";
import { createLineBuffer } from "./line_buffer.js";
import { sleep } from "./standard_stream.js";
/**
 * Creates the log of a process, on its standard output. Nothing waits for it: lines that cannot be written in time are
 * dropped, and one line says how many and why when there is room again.
 */
export function createProcessLog(options, { stdout, atExit }) {
    const buffer = createLineBuffer({
        tryWrite: stdout.tryWrite,
        afterTurn: setImmediate,
        sleep,
        clock: systemClock,
        onDropped: (lines) => notices.warn(lines, "log lines were dropped"),
    });
    const log = pino(options, buffer);
    // Whatever the level: the lines that are missing were important enough to be written.
    const notices = log.child({}, { level: "warn" });
    atExit(buffer.end);
    return log;
}
