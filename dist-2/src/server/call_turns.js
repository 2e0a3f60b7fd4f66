import { createFifo } from "./fifo.js";
export function createCallTurns(startsPerTurn) {
    const lines = new Map();
    /** The lines in the order in which they are served. Each is in here once. */
    const round = createFifo();
    let free = startsPerTurn;
    let scheduled = false;
    function schedule() {
        if (scheduled)
            return;
        scheduled = true;
        setImmediate(nextTurn);
    }
    function nextTurn() {
        scheduled = false;
        free = startsPerTurn;
        while (free > 0) {
            const line = round.shift();
            if (!line)
                break;
            const waiting = line.waiting.shift();
            if (line.waiting.isEmpty)
                lines.delete(line.caller);
            else
                round.push(line);
            if (!waiting || waiting.over)
                continue;
            free -= 1;
            waiting.start();
        }
        if (free < startsPerTurn)
            schedule();
    }
    function lineOf(caller) {
        const known = lines.get(caller);
        if (known)
            return known;
        const line = { caller, waiting: createFifo() };
        lines.set(caller, line);
        round.push(line);
        return line;
    }
    return {
        turn(caller, call) {
            schedule();
            if (free > 0 && round.isEmpty) {
                free -= 1;
                return undefined;
            }
            return new Promise((start, reject) => {
                const waiting = { over: false, start };
                lineOf(caller).waiting.push(waiting);
                call.onEnd((reason) => {
                    waiting.over = true;
                    reject(reason);
                });
            });
        },
    };
}
