/** A longer timer fires at once (Node.js, `setTimeout`). */
const longestTimer = 2 ** 31 - 1;
/** The clock and the dice of this machine. A pending timer keeps the process alive: somebody is waiting for it. */
export const systemTiming = {
    now: () => performance.now(),
    after(ms, callback) {
        const timer = setTimeout(callback, Math.min(ms, longestTimer));
        return () => clearTimeout(timer);
    },
    random: Math.random,
};
