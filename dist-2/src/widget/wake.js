/** A gap between two ticks above this is a laptop that slept, or a tab that was frozen. */
const sleptMs = 5_000;
const tickMs = 1_000;
const windowEvents = ["online", "offline", "pageshow"];
/**
 * Calls back when the page is shown or hidden, when the network goes and comes, and after a sleep: what is open may be dead, and
 * what is due may be late. The answer stops it.
 */
export function onWake(callback) {
    let last = Date.now();
    const ticking = setInterval(() => {
        const now = Date.now();
        const slept = now - last > tickMs + sleptMs;
        last = now;
        if (slept)
            callback();
    }, tickMs);
    document.addEventListener("visibilitychange", callback);
    for (const event of windowEvents)
        addEventListener(event, callback);
    return () => {
        clearInterval(ticking);
        document.removeEventListener("visibilitychange", callback);
        for (const event of windowEvents)
            removeEventListener(event, callback);
    };
}
/**
 * Goes on later, and sooner where the network comes back, the laptop wakes or the page is shown. It may go on more than once
 * until the answer stops it.
 */
export function wait(ms, next) {
    const timer = setTimeout(next, ms);
    const forget = onWake(next);
    return () => {
        clearTimeout(timer);
        forget();
    };
}
/** What to wait after so many failures in a row, in milliseconds: grows, and differs from page to page. */
export function pauseAfter(failures) {
    return (0.5 + Math.random()) * Math.min(10_000, 500 * 2 ** failures);
}
