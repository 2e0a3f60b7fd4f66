import { setImmediate as nextTurn } from "node:timers/promises";
/** Calls that are ended before others get a turn: some 20 milliseconds of work, since each writes its answer and its log line. */
const sliceSize = 200;
export function createInFlight() {
    const open = { calls: new Set(), watches: new Set() };
    const isIdle = () => open.calls.size === 0 && open.watches.size === 0;
    let stopReason;
    let waiting = [];
    async function endAll(calls, reason) {
        let ended = 0;
        // Calls that leave the set while it is walked are not visited; those that refuse to end are visited once.
        for (const call of calls) {
            call.end(reason);
            ended += 1;
            if (ended % sliceSize === 0)
                await nextTurn();
        }
    }
    return {
        get stopReason() {
            return stopReason;
        },
        add(call, kind) {
            open[kind].add(call);
        },
        delete(call) {
            open.calls.delete(call);
            open.watches.delete(call);
            if (!isIdle())
                return;
            for (const resolve of waiting)
                resolve();
            waiting = [];
        },
        stop(reason) {
            stopReason = reason;
            void endAll(open.watches, reason);
        },
        endCalls() {
            if (stopReason)
                void endAll(open.calls, stopReason);
        },
        none() {
            return isIdle() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
        },
    };
}
