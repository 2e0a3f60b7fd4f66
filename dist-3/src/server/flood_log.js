/** The least time between two lines, in milliseconds. */
const interval = 10_000;
export function createFloodLog(log, clock) {
    let counts = {};
    let cancel;
    function write() {
        cancel?.();
        cancel = undefined;
        if (Object.keys(counts).length === 0)
            return;
        log.warn({ ...counts }, "limits were reached");
        counts = {};
    }
    return {
        count(kind) {
            counts[kind] = (counts[kind] ?? 0) + 1;
            cancel ??= clock.after(interval, write);
        },
        close: write,
    };
}
