// One for all calls, since nobody reads where it was made.
const callCancelled = new DOMException("the call was cancelled", "AbortError");
/** Registers nothing before somebody asks how the call ends, and then on the call alone, never on what calls share. */
export function runningCall(call) {
    let end;
    let listeners;
    let controller;
    function endWith(reason) {
        if (end)
            return;
        end = { reason };
        const told = listeners ?? [];
        listeners = undefined;
        for (const listener of told)
            listener(reason);
    }
    const cancel = () => endWith(callCancelled);
    function onEnd(listener) {
        if (call.cancelled)
            cancel();
        if (end) {
            listener(end.reason);
        }
        else if (listeners) {
            listeners.push(listener);
        }
        else {
            listeners = [listener];
            call.on("cancelled", cancel);
        }
    }
    return {
        end: endWith,
        onEnd,
        signal() {
            if (!controller) {
                const made = new AbortController();
                controller = made;
                onEnd((reason) => made.abort(reason));
            }
            return controller.signal;
        },
        release() {
            if (listeners)
                call.removeListener("cancelled", cancel);
            listeners = undefined;
        },
    };
}
/** The values of the metadata key `authorization`. */
export function authorizationOf(metadata) {
    return metadata.get("authorization").map(String);
}
export function hasPassed(deadline) {
    return Number(deadline) <= Date.now();
}
