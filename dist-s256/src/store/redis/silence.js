/** A timer that is later than this, in milliseconds, was held up by this process. */
const mostLate = 20;
/**
 * Calls `onSilence` when something has been asked, and nothing answered, for `timeout` milliseconds.
 *
 * The client library has such a limit, but judges before it has read what has arrived: a process that was itself busy for that long
 * would cut its own healthy connections, and not know what had become of its writes.
 */
export function watchSilence(timeout, onSilence) {
    /** When each question was asked that is not answered yet, the oldest first: a server answers in order. */
    const open = new Set();
    let timer;
    function arm(ms) {
        const dueAt = performance.now() + ms;
        timer = setTimeout(() => {
            const late = performance.now() - dueAt;
            // This process was busy itself, and may not even have sent what it has asked: the server gets the time that we took.
            if (late > mostLate)
                arm(Math.min(late, timeout));
            // After the next look at the network, which may hold an answer.
            else
                setImmediate(() => setImmediate(judge));
        }, ms);
        timer.unref();
    }
    function judge() {
        timer = undefined;
        const [oldest] = open;
        if (!oldest)
            return;
        const silent = performance.now() - oldest.at;
        if (silent >= timeout)
            onSilence();
        else
            arm(timeout - silent);
    }
    return {
        asked() {
            const question = { at: performance.now() };
            open.add(question);
            if (timer === undefined)
                arm(timeout);
            return () => void open.delete(question);
        },
    };
}
