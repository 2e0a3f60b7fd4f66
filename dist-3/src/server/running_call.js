// One for all calls, since nobody reads where it was made.
const callCancelled = new DOMException("the call was cancelled", "AbortError");
/** Registers nothing before somebody asks how the call ends, and then on the call alone, never on what calls share. */
export function runningCall(call) {
    return new EndingCall(call);
}
/** A class, since closures for every call would cost as much as its handler. */
class EndingCall {
    call;
    ended = undefined;
    listeners = undefined;
    cancel = undefined;
    controller = undefined;
    constructor(call) {
        this.call = call;
    }
    end(reason) {
        if (this.ended)
            return;
        this.ended = { reason };
        const told = this.listeners ?? [];
        this.listeners = undefined;
        for (const listener of told)
            listener(reason);
    }
    onEnd(listener) {
        if (this.call.cancelled)
            this.end(callCancelled);
        if (this.ended) {
            listener(this.ended.reason);
        }
        else if (this.listeners) {
            this.listeners.push(listener);
        }
        else {
            this.listeners = [listener];
            this.cancel = () => this.end(callCancelled);
            this.call.on("cancelled", this.cancel);
        }
    }
    signal() {
        if (!this.controller) {
            const made = new AbortController();
            this.controller = made;
            this.onEnd((reason) => made.abort(reason));
        }
        return this.controller.signal;
    }
    release() {
        if (this.cancel)
            this.call.removeListener("cancelled", this.cancel);
        this.listeners = undefined;
    }
}
/** The values of the metadata key `authorization`. */
export function authorizationOf(metadata) {
    return metadata.get("authorization").map(String);
}
export function hasPassed(deadline) {
    return Number(deadline) <= Date.now();
}
