import { setImmediate as othersTurn } from "node:timers/promises";
import { StoreUnavailable } from "../ticket_store.js";
/** So many watchers are told before others get a turn. */
const sliceSize = 100;
/** In so many parts the re-reading of all watched tickets is spread. */
const rounds = 10;
/**
 * Subscriptions follow the watchers: a channel is subscribed to for the first watcher of its ticket on this node and given up with the
 * last one. Messages carry nothing, so one that is lost only delays: whatever has been missed is in the ticket, and that is read
 * again after every reconnection, and every so often besides.
 */
export function createHints({ primaries, naming, clock, reread }) {
    const watched = new Map();
    /** Connections that already tell us what they hear. */
    const heard = new WeakSet();
    let cancelTimer;
    let closed = false;
    function tell(one) {
        one.toldAt = clock.now();
        for (const onChange of one.callbacks)
            onChange();
    }
    function listenTo(subscriptions) {
        if (heard.has(subscriptions))
            return;
        heard.add(subscriptions);
        subscriptions.onMessage((channel) => {
            const one = watched.get(naming.ticketIdOf(channel));
            if (one)
                tell(one);
        });
        // A slot that was moved takes its channels along. That the others are found again is told by `resume`.
        subscriptions.onMoved(() => void primaries.refresh().then(resume, () => { }));
    }
    function subscribeAt(one) {
        try {
            const subscriptions = primaries.of(one.id).subscriptions();
            listenTo(subscriptions);
            one.at = subscriptions;
            one.ready = subscriptions.subscribe(naming.channel(one.id));
        }
        catch (error) {
            one.at = undefined;
            one.ready = Promise.reject(error);
        }
        const { at, ready } = one;
        // Whoever waits for it is told; where nobody does it is tried again by `resume`.
        ready.catch(() => {
            if (one.at === at)
                one.at = undefined;
        });
        return ready;
    }
    function leave(one, onChange) {
        if (!one.callbacks.delete(onChange) || one.callbacks.size > 0 || watched.get(one.id) !== one)
            return;
        watched.delete(one.id);
        // It fails with the connection, and then it has ended all the same.
        one.at?.unsubscribe(naming.channel(one.id)).catch(() => { });
    }
    async function inSlices(ones, work) {
        for (const [index, one] of ones.entries()) {
            if (index % sliceSize === sliceSize - 1)
                await othersTurn();
            if (closed)
                return;
            if (watched.get(one.id) === one)
                work(one);
        }
    }
    function resume() {
        void inSlices([...watched.values()], (one) => {
            const isAtHome = one.at !== undefined && one.at === homeOf(one.id);
            if (isAtHome)
                return;
            // First subscribe, then read.
            subscribeAt(one).then(() => tell(one), () => { });
        });
    }
    function homeOf(id) {
        try {
            return primaries.of(id).subscriptions();
        }
        catch (error) {
            if (error instanceof StoreUnavailable)
                return undefined;
            throw error;
        }
    }
    function rereadSome() {
        const before = clock.now() - reread;
        const due = [...watched.values()].filter(({ toldAt }) => toldAt <= before);
        void inSlices(due, tell);
        cancelTimer = clock.after(reread / rounds, rereadSome);
    }
    if (reread > 0)
        cancelTimer = clock.after(reread / rounds, rereadSome);
    return {
        async subscribe(id, onChange) {
            const hint = () => onChange();
            let one = watched.get(id);
            if (!one) {
                one = { id, callbacks: new Set(), at: undefined, ready: Promise.resolve(), toldAt: clock.now() };
                watched.set(id, one);
                void subscribeAt(one).catch(() => { });
            }
            one.callbacks.add(hint);
            const joined = one;
            try {
                await joined.ready;
            }
            catch (error) {
                leave(joined, hint);
                throw error instanceof StoreUnavailable
                    ? error
                    : new StoreUnavailable("Redis does not subscribe", "not written", { cause: error });
            }
            return () => leave(joined, hint);
        },
        resume,
        close() {
            closed = true;
            cancelTimer?.();
            watched.clear();
        },
    };
}
