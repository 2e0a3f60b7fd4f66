/**
 * Largest write, in bytes, and always of whole lines: the system takes as much (PIPE_BUF of Linux) into a pipe whole or
 * not at all, so that the lines of several workers never mix.
 */
const chunkBytes = 4_096;
/** So many bytes of lines wait at most. */
export const maxWaitingBytes = 1_048_576;
/** With so many bytes the end of the turn is not waited for. */
const eagerBytes = 65_536;
/** First and longest pause after a failed write, in milliseconds. Doubled each time. */
const pauses = { first: 2, longest: 1_000 };
/** Steps in which the end of the process waits for a full pipe, in milliseconds. */
const endWait = { total: 500, step: 10 };
/**
 * Creates a buffer that writes the lines of one turn of the event loop together.
 *
 * What cannot be written waits, and is tried again. When too much waits, further lines are dropped and counted until half
 * of it is written. A line is never cut: what was begun is finished first.
 */
export function createLineBuffer(options) {
    const { tryWrite, afterTurn, sleep, clock, onDropped } = options;
    let waiting = [];
    let waitingBytes = 0;
    let isScheduled = false;
    let hasEnded = false;
    let dropped = 0;
    let failure;
    let lastCause;
    function push(line, bytes) {
        const last = waiting.at(-1);
        waitingBytes += bytes;
        if (typeof last?.data === "string" && last.bytes + bytes <= chunkBytes) {
            last.data += line;
            last.bytes += bytes;
        }
        else {
            waiting.push({ data: line, bytes });
        }
    }
    function drain() {
        isScheduled = false;
        let written = 0;
        try {
            for (const chunk of waiting) {
                while (chunk.bytes > 0)
                    writeSome(chunk);
                written += 1;
            }
        }
        catch (error) {
            retryLater(codeOf(error));
        }
        waiting = waiting.slice(written);
        if (dropped > 0 && waitingBytes <= maxWaitingBytes / 2) {
            const lines = { dropped, cause: lastCause };
            dropped = 0;
            onDropped(lines);
        }
    }
    function writeSome(chunk) {
        const taken = tryWrite(chunk.data);
        if (taken === 0)
            throw Object.assign(new Error("nothing was taken"), { code: "EAGAIN" });
        failure?.cancelRetry();
        failure = undefined;
        chunk.bytes -= taken;
        waitingBytes -= taken;
        if (chunk.bytes > 0)
            chunk.data = Buffer.from(chunk.data).subarray(taken);
    }
    function retryLater(cause) {
        lastCause = cause;
        // The end of a turn may try again while a retry of an eager write is pending.
        failure?.cancelRetry();
        const pause = failure ? Math.min(2 * failure.pause, pauses.longest) : pauses.first;
        failure = { cause, pause, cancelRetry: hasEnded ? () => { } : clock.after(pause, drain) };
    }
    return {
        write(line) {
            const bytes = Buffer.byteLength(line);
            // While lines are being dropped all are, so that the gap is in one place.
            if (dropped > 0 || waitingBytes + bytes > maxWaitingBytes)
                dropped += 1;
            else
                push(line, bytes);
            if (hasEnded)
                return drain();
            // The retry will see to it.
            if (failure)
                return;
            if (waitingBytes >= eagerBytes)
                return drain();
            if (isScheduled)
                return;
            isScheduled = true;
            afterTurn(drain);
        },
        end() {
            hasEnded = true;
            failure?.cancelRetry();
            // Whoever has not read for long will not read now.
            const isHopeless = failure !== undefined && failure.pause > endWait.total;
            drain();
            for (let waited = 0; waited < endWait.total && !isHopeless; waited += endWait.step) {
                if (failure?.cause !== "EAGAIN")
                    break;
                sleep(endWait.step);
                drain();
            }
        },
    };
}
function codeOf(error) {
    return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
