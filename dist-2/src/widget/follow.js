import { GatewayError } from "./api.js";
import { onWake, pauseAfter } from "./wake.js";
/** So many streams in a row that bring nothing or end soon, while polls are answered, and polling takes their place. */
const maxBarren = 3;
/** When a stream is tried again after that. */
const pushAgainMs = 60_000;
/** A stream tells the status at once. One that does not by then is held back on its way. */
const firstStatusMs = 6_000;
/** A stream that ends sooner costs more calls than polling would, though it brings the status. */
const shortMs = 10_000;
/** After the expiry, a stream that has not told it is dead. */
const lateMs = 3_000;
const isEnd = (state) => /^(EXCHANGED|CANCELLED|EXPIRED)$/.test(state);
/**
 * Follows a ticket until its end, over whatever happens in between: pushed where EventSource works, polled where it does
 * not. Rests while the page is hidden. The answer stops it.
 */
export function follow(api, handle, intervalMs, follower) {
    let source;
    let timer;
    let barren = 0;
    let pushAgainAt = 0;
    let failures = 0;
    let shown = "";
    let reached = true;
    let stopped = false;
    // What is under way belongs to one turn; whatever comes of an earlier one is not wanted any more.
    let turn = 0;
    function reach(now) {
        if (now === reached)
            return;
        reached = now;
        follower.onReach(now);
    }
    function take(status) {
        failures = 0;
        reach(true);
        const face = `${status.revision} ${status.state}`;
        if (face === shown)
            return;
        shown = face;
        if (isEnd(status.state))
            stop();
        follower.onStatus(status);
    }
    function rest() {
        turn++;
        source?.close();
        source = undefined;
        clearTimeout(timer);
    }
    function later(ms, next) {
        clearTimeout(timer);
        if (!stopped)
            timer = setTimeout(next, ms);
    }
    const pushes = () => typeof EventSource !== "undefined" && (barren < maxBarren || Date.now() >= pushAgainAt);
    function begin() {
        rest();
        if (stopped || document.hidden)
            return;
        if (pushes())
            listen();
        else
            void poll();
    }
    function listen() {
        const opened = api.events(handle);
        source = opened;
        const openedAt = performance.now();
        let brought = false;
        // Whether the ticket is gone or the network is, EventSource does not say: a poll does.
        const lost = () => {
            if (opened !== source)
                return;
            rest();
            const holds = brought && performance.now() - openedAt >= shortMs;
            if (holds)
                barren = 0;
            later(brought ? pauseAfter(0) : 0, () => void poll(!holds));
        };
        opened.addEventListener("status", ({ data }) => {
            brought = true;
            const status = JSON.parse(data);
            later(status.remainingMs + lateMs, lost);
            take(status);
        });
        opened.addEventListener("problem", ({ data }) => {
            const { reason, detail } = JSON.parse(data);
            if (reason === "TICKET_NOT_FOUND")
                gone(new GatewayError(reason, detail));
        });
        opened.onerror = lost;
        later(firstStatusMs, lost);
    }
    async function poll(afterBarren = false) {
        const mine = turn;
        try {
            const status = await api.status(handle);
            if (mine !== turn)
                return;
            if (afterBarren && ++barren >= maxBarren)
                pushAgainAt = Date.now() + pushAgainMs;
            take(status);
            if (mine === turn)
                later(pushes() ? pauseAfter(barren) : intervalMs, begin);
        }
        catch (error) {
            if (mine !== turn)
                return;
            const { passes, retryAfterMs = 0 } = error;
            if (!passes)
                return gone(error);
            later(Math.max(pauseAfter(failures++), retryAfterMs), begin);
            reach(false);
        }
    }
    function gone(error) {
        if (stopped)
            return;
        stop();
        follower.onGone(error);
    }
    const forget = onWake(() => {
        pushAgainAt = 0;
        begin();
    });
    function stop() {
        stopped = true;
        forget();
        rest();
    }
    begin();
    return stop;
}
