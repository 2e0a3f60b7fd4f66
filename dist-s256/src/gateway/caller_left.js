import { HttpRefusal } from "./refusal.js";
/** Returns a signal that is aborted when the caller has left, with the refusal that the log then shows. */
export function closeOf(reply) {
    const gone = new AbortController();
    // The number that nginx gives it; nobody is there to read it but the log.
    const left = new HttpRefusal(499, "CALLER_GONE", "the caller has left");
    reply.raw.once("close", () => gone.abort(left));
    // Before anybody listened.
    if (reply.raw.destroyed)
        gone.abort(left);
    return gone.signal;
}
