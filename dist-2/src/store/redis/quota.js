import { Refusal } from "../../domain/refusal.js";
/**
 * Holds a count for each second and app, and nothing for each ticket: another node may finish a ticket, and then this one would not
 * hear of it.
 */
export function createQuota(clock, { maxTickets, maxTicketsPerApp }) {
    /** By the second in which they end; the numbers of tickets by app. */
    const ending = new Map();
    const ofApp = new Map();
    let total = 0;
    function add(counts, appId, change) {
        const count = (counts.get(appId) ?? 0) + change;
        if (count === 0)
            counts.delete(appId);
        else
            counts.set(appId, count);
    }
    function forgetEnded() {
        const now = Math.floor(clock.now() / 1_000);
        for (const [second, counts] of ending) {
            if (second > now)
                continue;
            ending.delete(second);
            for (const [appId, count] of counts) {
                add(ofApp, appId, -count);
                total -= count;
            }
        }
    }
    let sweptAt = 0;
    return {
        take(appId, until) {
            const second = Math.floor(clock.now() / 1_000);
            if (second !== sweptAt)
                forgetEnded();
            sweptAt = second;
            if (total >= maxTickets) {
                throw new Refusal("TOO_MANY_TICKETS", "this node has made as many tickets as it may have");
            }
            if ((ofApp.get(appId) ?? 0) >= maxTicketsPerApp) {
                throw new Refusal("TOO_MANY_TICKETS", "the app has as many tickets on this node as it may have");
            }
            const end = Math.ceil(until / 1_000);
            const counts = ending.get(end) ?? new Map();
            ending.set(end, counts);
            add(counts, appId, 1);
            add(ofApp, appId, 1);
            total += 1;
            return () => {
                // Once the second is over, it has been taken back already.
                if (ending.get(end) !== counts)
                    return;
                add(counts, appId, -1);
                add(ofApp, appId, -1);
                total -= 1;
            };
        },
    };
}
