import { createCallTurns } from "./call_turns.js";
/** Some 10 milliseconds of work: a call is authenticated, and refused or begun. */
const startsPerTurn = 64;
/** The weight of streams that wait, in all, until connections are read no further; and of those of one connection. */
const maxWaiting = 4_000;
const maxWaitingEach = 100;
/** Weight that each connection may have waiting, however many connections there are. */
const minWaitingEach = 8;
/**
 * Bounds how many streams grpc-js begins in one turn of the event loop; connections take turns.
 *
 * A turn reads all that has arrived on all connections, which may be thousands of streams. What grpc-js does for a stream costs
 * several times as much as its arrival, and would delay the calls of other clients, timers and signals by seconds. A connection with
 * many streams that wait is not read until they have begun. They are not refused: a reset costs more than the stream, and has the
 * peer send the next one within the same turn. A stream that is reset while it waits costs nothing more.
 *
 * @param setReading Has a connection read, or not.
 */
export function createArrivals(setReading) {
    const queue = createCallTurns(startsPerTurn);
    const waiting = new Map();
    const paused = new Set();
    function share() {
        return Math.max(minWaitingEach, Math.min(maxWaitingEach, maxWaiting / waiting.size));
    }
    function arrived(session, weight) {
        const count = (waiting.get(session) ?? 0) + weight;
        waiting.set(session, count);
        if (count < share() || paused.has(session))
            return;
        paused.add(session);
        setReading(session, false);
    }
    function left(session, weight) {
        const count = (waiting.get(session) ?? 0) - weight;
        if (count > 0)
            waiting.set(session, count);
        else
            waiting.delete(session);
        if (count <= minWaitingEach / 2 && paused.delete(session))
            setReading(session, true);
    }
    return {
        add(stream, weight, start) {
            const { session } = stream;
            // The connection has gone.
            if (!session)
                return;
            const turn = queue.turn(session, { onEnd: (listener) => stream.once("close", listener) });
            if (turn === undefined)
                return start();
            // Nobody else listens yet.
            stream.once("error", ignoreClosed);
            arrived(session, weight);
            turn.finally(() => left(session, weight)).then(start, ignoreClosed);
        },
    };
}
function ignoreClosed() {
    // The peer has reset the stream, and nothing was begun for it.
}
