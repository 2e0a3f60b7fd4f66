import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { createFifo, type Fifo } from "./fifo.js";
import { createRound, type Round } from "./round.js";

/** Streams that have arrived and that grpc-js has not got yet. */
export interface Arrivals {
  /**
   * Calls `start` when it is the turn of the stream; never, if the stream is closed before.
   *
   * @param weight How many streams it counts for while it waits.
   * @param callerOf Names who has sent it, if that is known. Called for streams that have to wait.
   */
  add(stream: Arrival, weight: number, start: () => void, callerOf?: () => string | undefined): void;
}

type Arrival = Pick<ServerHttp2Stream, "session" | "once" | "off">;

/** One to two milliseconds of work: a call is authenticated, and refused or begun. */
const startsPerTurn = 16;

/** The number of streams, of those that came when they were last read, whose connections are read again in one turn. */
const readsPerTurn = 32;

/** The weight of streams that wait, in all, until connections are read no further; and of those of one connection. */
const maxWaiting = 4_000;
const maxWaitingEach = 100;
/** Weight that each connection may have waiting, however many connections there are. */
const minWaitingEach = 8;

interface Waiting {
  /** Whether the stream has been closed while it waited. */
  over: boolean;
  start(): void;
}

/** A connection with streams that wait, or that is not read. */
interface Peer {
  readonly session: Http2Session;
  /** The sum of the weights of its streams that wait. */
  weight: number;
  /** Streams that have waited since it was last read again. */
  streams: number;
  isPaused: boolean;
  /** Who has sent the newest of its streams; the connection itself where that is not known. */
  caller: Caller;
}

type Caller = string | Http2Session;
type Line = Round<Http2Session, Waiting, Fifo<Waiting>>;

/**
 * Bounds how many streams grpc-js begins in one turn of the event loop. Callers take turns, and so do the connections of each.
 *
 * A turn reads all that has arrived on all connections, which may be thousands of streams. What grpc-js does for a stream costs
 * several times as much as its arrival, and would delay the calls of other clients, timers and signals by seconds. A connection with
 * many streams that wait is not read until they have begun, and then when it is its turn: if all of them were read again at once, the
 * streams that arrive would fill a turn of the event loop by themselves. Streams are not refused: a reset costs more than the stream,
 * and has the peer send the next one within the same turn. A stream that is reset while it waits costs nothing more.
 *
 * @param setReading Has a connection read, or not.
 */
export function createArrivals(setReading: (session: Http2Session, isReading: boolean) => void): Arrivals {
  const queue = createRound<Caller, Waiting, Line>(() =>
    createRound<Http2Session, Waiting, Fifo<Waiting>>(createFifo),
  );
  const peers = new Map<Http2Session, Peer>();
  /** Those whose streams have begun, and that are still not read. */
  const unread = createRound<Caller, Peer, Fifo<Peer>>(createFifo);
  let free = startsPerTurn;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(nextTurn);
  }

  function nextTurn(): void {
    isScheduled = false;
    free = startsPerTurn;
    while (free > 0 && !queue.isEmpty) {
      const waiting = queue.shift();
      if (!waiting || waiting.over) continue;
      free -= 1;
      waiting.start();
    }
    for (let streams = 0; streams < readsPerTurn && !unread.isEmpty; ) {
      const peer = unread.shift();
      streams += peer?.streams ?? 0;
      if (peer) readAgain(peer);
    }
    if (free < startsPerTurn || !unread.isEmpty) schedule();
  }

  function share(): number {
    return Math.max(minWaitingEach, Math.min(maxWaitingEach, maxWaiting / peers.size));
  }

  function peerOf(session: Http2Session): Peer {
    const known = peers.get(session);
    if (known) return known;
    const peer = { session, weight: 0, streams: 0, isPaused: false, caller: session };
    peers.set(session, peer);
    return peer;
  }

  function arrived(peer: Peer, weight: number): void {
    peer.weight += weight;
    peer.streams += 1;
    if (peer.weight < share() || peer.isPaused) return;
    peer.isPaused = true;
    setReading(peer.session, false);
  }

  function left(peer: Peer, weight: number): void {
    const before = peer.weight;
    peer.weight -= weight;
    const enough = minWaitingEach / 2;
    if (!peer.isPaused) {
      if (peer.weight === 0) peers.delete(peer.session);
    } else if (peer.weight <= enough && before > enough) {
      unread.lineOf(peer.caller).push(peer);
      schedule();
    }
  }

  function readAgain(peer: Peer): void {
    peer.isPaused = false;
    peer.streams = 0;
    if (peer.weight === 0) peers.delete(peer.session);
    setReading(peer.session, true);
  }

  return {
    add(stream, weight, start, callerOf) {
      const { session } = stream;
      // The connection has gone.
      if (!session) return;
      schedule();
      if (free > 0 && queue.isEmpty) {
        free -= 1;
        return start();
      }
      const peer = peerOf(session);
      peer.caller = callerOf?.() ?? session;
      arrived(peer, weight);
      const onClose = () => {
        waiting.over = true;
        left(peer, weight);
      };
      const waiting: Waiting = {
        over: false,
        start() {
          // A watch lasts for hours, and would keep the listener.
          stream.off("close", onClose);
          left(peer, weight);
          start();
        },
      };
      stream.once("close", onClose);
      queue.lineOf(peer.caller).lineOf(session).push(waiting);
    },
  };
}
