import { isTerminal } from "../client/index.js";
import { isTold, statusAnswer } from "./answers.js";
import { countedAddressOf, countedNetworkOf } from "./caller_address.js";
import { refusalFor } from "./errors.js";
import { startEventStream } from "./event_stream.js";
import { gatewayStopping, problemOf } from "./refusal.js";
import { createStreamSlots } from "./stream_slots.js";
import { within } from "./within.js";
/** How long the head of the answer waits for the first status, so that a refusal can still be one. */
const firstStatusMs = 2_000;
/** How long a reader may leave what was written unread before it is taken for dead. */
const stallMs = 60_000;
/** What EventSource waits before it connects anew, in milliseconds. */
const reconnectMs = 1_000;
/**
 * Streams the status of a ticket as server-sent events: `status` with each status, `problem` when it cannot go on. Ends
 * after a terminal one. The id of an event is the revision; who connects again having seen the terminal one is answered 204,
 * which is how EventSource learns to stop. A refusal that passes is a stream too, since EventSource never comes back from
 * any other answer than 200.
 */
export function createEvents({ followers, clock, limits, heartbeatMs, onSignIn }) {
    const slots = createStreamSlots(limits);
    const start = (reply, retryMs) => startEventStream(reply, { heartbeatMs, retryMs, clock });
    return async (ticket, request, reply) => {
        const gone = new AbortController();
        reply.raw.once("close", () => gone.abort());
        // The page may have left while its handle was opened, before anybody listened.
        if (reply.raw.destroyed)
            return reply.hijack();
        let giveBack = () => { };
        let stream;
        const sightings = followers.follow(ticket, gone.signal);
        try {
            const owner = { address: countedAddressOf(request), network: countedNetworkOf(request) };
            giveBack = slots.take(owner, () => reply.raw.destroy());
            let next = sightings.next();
            const first = await within(firstStatusMs, next, clock);
            if (gone.signal.aborted)
                return reply.hijack();
            if (first?.done)
                throw gatewayStopping();
            if (first && hasSeenTheEnd(request, first.value))
                return reply.code(204).send();
            stream = start(reply, reconnectMs);
            for (let now = await next; !now.done; now = await next) {
                await tell(reply, stream, statusAnswer(now.value, isTold({ onSignIn }, ticket)));
                next = sightings.next();
            }
        }
        catch (error) {
            if (gone.signal.aborted)
                return reply.hijack();
            const refusal = refusalFor(error, request);
            const { retryAfterMs } = refusal.extras;
            if (!stream && retryAfterMs === undefined)
                throw refusal;
            stream ??= start(reply, retryAfterMs ?? reconnectMs);
            await stream.send({ event: "problem", data: problemOf(refusal) });
        }
        finally {
            stream?.end();
            // The abort ends what it waits for; else the return would wait too.
            gone.abort();
            await sightings.return();
            giveBack();
        }
        return undefined;
    };
    /** Waits until the reader has taken it, so that a slow one is given the newest status next and nothing queues. */
    async function tell(reply, stream, data) {
        const stopWaiting = clock.after(stallMs, () => reply.raw.destroy());
        try {
            await stream.send({ id: String(data.revision), event: "status", data });
        }
        finally {
            stopWaiting();
        }
    }
}
function hasSeenTheEnd(request, { status }) {
    return isTerminal(status.state) && request.headers["last-event-id"] === String(status.revision);
}
