/** A difference of the two time lines below this, in milliseconds, is imprecise reading and not a step of the wall clock. */
const leastStep = 500;
/**
 * Creates a clock out of a wall clock and a monotonic one, both in milliseconds. The steady time line begins at the wall
 * time of the creation.
 *
 * Times told to callers move only with a step of the wall clock, or the same expiry would differ by a millisecond from one
 * message to the next.
 */
export function createClock(wall, monotonic, after) {
    const start = wall() - monotonic();
    const now = () => Math.floor(start + monotonic());
    let step = 0;
    return {
        now,
        wallNow: wall,
        wallTimeOf(moment) {
            const difference = wall() - now();
            if (Math.abs(difference - step) >= leastStep)
                step = difference;
            return moment + step;
        },
        after,
    };
}
/**
 * The clock of this machine. Its steady time line stands still while the machine sleeps (CLOCK_MONOTONIC): a ticket's life
 * does not pass then, since nobody can be served.
 */
export const systemClock = createClock(Date.now, () => performance.now(), (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
});
