import { status } from "@grpc/grpc-js";
import { QrLoginError } from "./error.js";
export function createInFlight() {
    // Sets of our own: an AbortSignal searches all its listeners whenever one comes or goes, and a caller may give the same
    // signal to tens of thousands of watches.
    const onClose = new Set();
    const bySignal = new Map();
    let closed;
    function groupOf(signal) {
        const known = bySignal.get(signal);
        if (known)
            return known;
        const stops = new Set();
        const listener = () => {
            for (const stop of [...stops])
                stop(signal.reason);
        };
        const group = { stops, listener };
        bySignal.set(signal, group);
        signal.addEventListener("abort", listener);
        return group;
    }
    function leaveSignal(signal, stop) {
        const group = bySignal.get(signal);
        if (!group?.stops.delete(stop) || group.stops.size > 0)
            return;
        bySignal.delete(signal);
        signal.removeEventListener("abort", group.listener);
    }
    return {
        join(signal, stop) {
            if (signal?.aborted || closed) {
                stop(signal?.aborted ? signal.reason : closed);
                return () => { };
            }
            const leave = () => {
                if (signal)
                    leaveSignal(signal, end);
                onClose.delete(end);
            };
            const end = (reason) => {
                leave();
                stop(reason);
            };
            if (signal)
                groupOf(signal).stops.add(end);
            onClose.add(end);
            return leave;
        },
        close() {
            closed ??= new QrLoginError(status.CANCELLED, "The client has been closed");
            for (const end of [...onClose])
                end(closed);
        },
    };
}
