import { isTerminal, TicketState, } from "../client/index.js";
import { millisecondsOf } from "../domain/durations.js";
import { gatewayStopping } from "./refusal.js";
import { within } from "./within.js";
/** How long a watch goes on after the last one who asked, in milliseconds. Longer than any pause between two polls. */
const lingerMs = 20_000;
/** How long an exchange ticket that was spent is still told to overlapping polls of the page that had it. */
const justSpentMs = 5_000;
/** Past `maxWatches` polls are answered by a call each, and leave nothing behind. */
export function createFollowers(client, clock, maxWatches) {
    const watches = new Map();
    let closed = false;
    function enter(ticket) {
        if (closed)
            throw gatewayStopping();
        const key = keyOf(ticket);
        const known = watches.get(key);
        if (known) {
            known.users++;
            known.stopLingering();
            return known;
        }
        const watch = {
            key,
            seen: undefined,
            failure: undefined,
            ended: false,
            users: 1,
            waiting: new Set(),
            stop: new AbortController(),
            stopLingering: () => { },
        };
        watches.set(key, watch);
        void run(watch, ticket);
        return watch;
    }
    function leave(watch) {
        watch.users--;
        // One that has failed is known no more, and nothing would stop its timer.
        if (watch.users > 0 || closed || watches.get(watch.key) !== watch)
            return;
        watch.stopLingering = clock.after(lingerMs, () => {
            forget(watch);
            watch.stop.abort();
        });
    }
    /** The next one who asks begins anew. */
    function forget(watch) {
        if (watches.get(watch.key) === watch)
            watches.delete(watch.key);
    }
    async function run(watch, { credentials, ticketId, ticketSecret }) {
        try {
            const options = { signal: watch.stop.signal, heartbeats: true, credentials };
            for await (const status of client.watchStatus({ ticketId, ticketSecret }, options)) {
                watch.seen = seenNow(status, watch.seen, clock.now());
                wake(watch);
            }
        }
        catch (error) {
            if (!watch.stop.signal.aborted)
                watch.failure = error;
            forget(watch);
        }
        watch.ended = true;
        wake(watch);
    }
    /** Asks once. */
    async function look(ticket, patienceMs) {
        const { credentials, ticketId, ticketSecret } = ticket;
        const asked = client.getStatus({ ticketId, ticketSecret }, { credentials });
        const status = (await within(patienceMs, asked, clock))?.status;
        return status && sightingOf(seenNow(status, undefined, clock.now()), clock);
    }
    return {
        async *follow(ticket, signal) {
            const watch = enter(ticket);
            let told;
            try {
                for (;;) {
                    if (signal.aborted || closed)
                        return;
                    const { seen } = watch;
                    if (seen !== undefined && isNews(seen.status, told)) {
                        told = seen.status;
                        yield sightingOf(seen, clock);
                        if (isTerminal(seen.status.state))
                            return;
                        continue;
                    }
                    if (watch.failure !== undefined)
                        throw watch.failure;
                    if (watch.ended)
                        return;
                    await changeOf(watch, signal);
                }
            }
            finally {
                leave(watch);
            }
        },
        async glance(ticket, patienceMs) {
            if (watches.size >= maxWatches && !watches.has(keyOf(ticket)))
                return look(ticket, patienceMs);
            const watch = enter(ticket);
            try {
                if (watch.seen === undefined && !watch.ended) {
                    const patience = new AbortController();
                    await within(patienceMs, changeOf(watch, patience.signal), clock);
                    patience.abort();
                }
                if (watch.seen === undefined && watch.failure !== undefined)
                    throw watch.failure;
                return watch.seen && sightingOf(watch.seen, clock);
            }
            finally {
                leave(watch);
            }
        },
        close() {
            closed = true;
            for (const watch of watches.values()) {
                watch.stopLingering();
                watch.stop.abort();
                wake(watch);
            }
            watches.clear();
        },
    };
}
function seenNow(status, before, now) {
    const wasAuthorized = before?.status.state === TicketState.AUTHORIZED;
    const spent = status.state === TicketState.EXCHANGED && before && wasAuthorized
        ? { status: before.status, at: now }
        : before?.spent;
    return { status, until: now + millisecondsOf(status.remainingDuration), spent };
}
function sightingOf({ status, until, spent }, clock) {
    const isRecent = spent !== undefined && clock.now() - spent.at < justSpentMs;
    return {
        status,
        remainingMs: () => Math.max(0, Math.round(until - clock.now())),
        justSpent: isRecent ? spent.status : undefined,
    };
}
/** A store that lost writes may count the same revision twice, so the state counts too. */
function isNews(status, told) {
    return status.revision !== told?.revision || status.state !== told.state;
}
function keyOf({ credentials, ticketId, ticketSecret }) {
    return JSON.stringify([credentials.appId, ticketId, ticketSecret]);
}
function wake(watch) {
    const waiting = [...watch.waiting];
    watch.waiting.clear();
    for (const go of waiting)
        go();
}
/** Fulfilled when something has changed, or the signal is aborted. */
function changeOf(watch, signal) {
    return new Promise((resolve) => {
        const go = () => {
            signal.removeEventListener("abort", go);
            watch.waiting.delete(go);
            resolve();
        };
        watch.waiting.add(go);
        signal.addEventListener("abort", go, { once: true });
        if (signal.aborted)
            go();
    });
}
