/** Creates work that is shared by name. */
export function createSharedWork() {
    const all = new Map();
    function begin(name, work) {
        const stop = new AbortController();
        const running = { result: work(stop.signal), stop, askers: 0 };
        all.set(name, running);
        return running;
    }
    return {
        async ask(name, work, signal) {
            signal.throwIfAborted();
            const running = all.get(name) ?? begin(name, work);
            running.askers++;
            try {
                return await unlessAborted(running.result, signal);
            }
            finally {
                running.askers--;
                // The result is there, or nobody wants it.
                if (running.askers === 0) {
                    if (all.get(name) === running)
                        all.delete(name);
                    running.stop.abort();
                }
            }
        },
    };
}
function unlessAborted(result, signal) {
    return new Promise((resolve, reject) => {
        const leave = () => reject(signal.reason);
        signal.addEventListener("abort", leave, { once: true });
        void result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
}
