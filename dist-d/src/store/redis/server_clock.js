/** So many questions, of which the one with the quickest answer is believed. */
const questions = 5;
/**
 * A clock that goes on by this machine's monotonic one, which nobody sets. Before it follows a server it is the wall clock of `own`.
 *
 * Its one time line is Redis's: the times in tickets are shared by all nodes, and are told as they are.
 */
export function createServerClock(own) {
    let offset;
    /** The server's time less the monotonic clock's, and how far off that may be. */
    async function measure(server) {
        const before = performance.now();
        const [seconds, microseconds] = (await server.ask("TIME"));
        const after = performance.now();
        const time = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
        if (!Number.isFinite(time))
            throw new Error("Redis does not tell the time");
        return { offset: time - (before + after) / 2, doubt: after - before };
    }
    function now() {
        return offset === undefined ? own.wallNow() : Math.round(performance.now() + offset);
    }
    return {
        now,
        wallNow: now,
        wallTimeOf: (moment) => moment,
        after: own.after,
        async follow(server) {
            let best = await measure(server);
            for (let question = 1; question < questions; question++) {
                const next = await measure(server);
                if (next.doubt < best.doubt)
                    best = next;
            }
            offset = best.offset;
        },
        skew: () => own.wallNow() - now(),
    };
}
