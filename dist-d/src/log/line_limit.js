/** Length of an interval, in milliseconds. */
export const summaryInterval = 60_000;
/** Refusals that have a line of their own, in an interval and for each budget. */
export const refusalsPerInterval = 20;
/** Creates a limit. Its timer runs only while there is something to count. */
export function createLineLimit({ log, clock, lines, message }) {
    const used = new Map();
    const counts = new Map();
    let hasFault = false;
    let isClosed = false;
    let cancelTimer;
    function sumUp() {
        cancelTimer?.();
        cancelTimer = undefined;
        if (counts.size > 0) {
            const summary = [...counts].map(([method, reasons]) => [method, Object.fromEntries(reasons)]);
            log[hasFault ? "warn" : "info"]({ counts: Object.fromEntries(summary) }, message);
        }
        used.clear();
        counts.clear();
        hasFault = false;
    }
    function count({ method, reason, isFault = false }) {
        const reasons = counts.get(method) ?? new Map();
        counts.set(method, reasons);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        hasFault ||= isFault;
    }
    return {
        admits(line) {
            if (isClosed || log.level === "debug" || log.level === "trace")
                return true;
            cancelTimer ??= clock.after(summaryInterval, sumUp);
            const before = used.get(line.budget) ?? 0;
            if (before >= lines) {
                count(line);
                return false;
            }
            used.set(line.budget, before + 1);
            return true;
        },
        close() {
            sumUp();
            isClosed = true;
        },
    };
}
