import { status } from "@grpc/grpc-js";
import { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { createBackoff } from "./backoff.js";
import { isInterrupted, isQrLoginError } from "./error.js";
import { isTerminal } from "./terminal_state.js";
import { watchCallOf } from "./watch_call.js";
/** With this as the reason the reader gave the watch up, and is told no error. */
const givenUp = Symbol("given up");
/** The statuses of a ticket until a terminal one, over as many calls as that takes. Each iteration is a watch of its own. */
export function watch(environment, options) {
    return {
        [Symbol.asyncIterator]() {
            const stop = new AbortController();
            const statuses = follow(environment, options, stop);
            return {
                next: () => statuses.next(),
                // A generator that waits cannot be returned from; the abort ends what it waits for.
                return() {
                    stop.abort(givenUp);
                    return statuses.return(undefined);
                },
            };
        },
    };
}
async function* follow({ open, inFlight, timing }, { signal, heartbeats = false, backoff: backoffOptions = {} }, stop) {
    const backoff = createBackoff(backoffOptions, timing.random);
    const stopped = stop.signal;
    let shown;
    const leave = inFlight.join(signal, (reason) => stop.abort(reason));
    try {
        for (;;) {
            stopped.throwIfAborted();
            const call = watchCallOf(open());
            const onStop = () => call.stop(stopped.reason);
            stopped.addEventListener("abort", onStop, { once: true });
            let retryAfterMs;
            let workingSince;
            try {
                for (let now = await call.next(); now !== undefined; now = await call.next()) {
                    workingSince ??= timing.now();
                    const last = isTerminal(now.state);
                    if (last) {
                        // Before the reader has it: one who reads no further must not be left with an open watch.
                        call.stop(givenUp);
                        leave();
                    }
                    const face = faceOf(now);
                    if (heartbeats || shown === undefined || Buffer.compare(face, shown) !== 0) {
                        shown = face;
                        yield now;
                    }
                    if (last)
                        return;
                }
            }
            catch (error) {
                if (!isCut(error))
                    throw error;
                retryAfterMs = error.retryAfterMs;
            }
            finally {
                stopped.removeEventListener("abort", onStop);
            }
            if (workingSince !== undefined)
                backoff.succeeded(timing.now() - workingSince);
            await pause(backoff.next(retryAfterMs), stopped, timing);
        }
    }
    catch (error) {
        if (error === givenUp)
            return;
        throw error;
    }
    finally {
        leave();
    }
}
/** The status without what every message changes. */
function faceOf(of) {
    return TicketStatus.encode({ ...of, remainingDuration: undefined }).finish();
}
/** Whether the stream was cut off, which says nothing about the ticket, rather than refused; or refused for want of room. */
function isCut(error) {
    if (!isQrLoginError(error))
        return false;
    if (error.reason === "TOO_MANY_WATCHES")
        return true;
    if (error.code === status.UNAVAILABLE)
        return error.reason !== "OUTCOME_UNKNOWN";
    // A watch has neither cancelled nor set a deadline: it was a proxy.
    return isInterrupted(error);
}
function pause(ms, stopped, timing) {
    return new Promise((resolve, reject) => {
        if (stopped.aborted) {
            reject(stopped.reason);
            return;
        }
        const onStop = () => {
            cancel();
            reject(stopped.reason);
        };
        const cancel = timing.after(ms, () => {
            stopped.removeEventListener("abort", onStop);
            resolve();
        });
        stopped.addEventListener("abort", onStop, { once: true });
    });
}
