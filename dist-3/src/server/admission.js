import { Refusal } from "../domain/refusal.js";
import { createCallTurns } from "./call_turns.js";
/** A few milliseconds of work of either kind. */
const callsPerTurn = 128;
const watchesPerTurn = 32;
/** Returns the admission of unary calls and that of watches. */
export function createAdmissions(limits) {
    return {
        calls: createAdmission({
            perCaller: {
                max: limits.callsPerApp,
                refusal: refusal("RATE_LIMITED", "as many calls in progress", "callsPerApp", limits.callsPerApp),
            },
            startsPerTurn: callsPerTurn,
        }),
        watches: createAdmission({
            perCaller: {
                max: limits.watchesPerApp,
                refusal: refusal("TOO_MANY_WATCHES", "as many open watches of the app", "watchesPerApp", limits.watchesPerApp),
            },
            total: {
                max: limits.watches,
                refusal: refusal("TOO_MANY_WATCHES", "as many open watches in all", "watches", limits.watches),
            },
            startsPerTurn: watchesPerTurn,
        }),
    };
}
// Made once: a flood is refused without a stack trace for each call.
function refusal(reason, what, setting, max) {
    return new Refusal(reason, `there are ${what} as grpc.limits.${setting} allows (${max})`);
}
function createAdmission({ perCaller, total, startsPerTurn }) {
    const counts = new Map();
    let all = 0;
    return {
        ...createCallTurns(startsPerTurn),
        enter(caller) {
            const count = counts.get(caller) ?? 0;
            if (count >= perCaller.max)
                throw perCaller.refusal;
            if (total && all >= total.max)
                throw total.refusal;
            counts.set(caller, count + 1);
            all += 1;
        },
        leave(caller) {
            const count = (counts.get(caller) ?? 0) - 1;
            if (count > 0)
                counts.set(caller, count);
            else
                counts.delete(caller);
            all -= 1;
        },
    };
}
