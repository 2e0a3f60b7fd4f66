import type { Http2Session } from "node:http2";
import { createQueue, type Queue } from "../calls/queue.js";
import { createRound } from "../calls/round.js";

/** Connections that take turns at being read while streams arrive faster than they begin. */
export interface ReadingTurns {
  /** Takes a connection into account, before anything of it is read. */
  opened(session: Http2Session): void;
  /** Takes note of a stream that begins at once. */
  began(session: Http2Session): void;
  /** Takes note of a stream that waits. Returns a function to be called when it waits no more. */
  waits(session: Http2Session, weight: number, caller: Caller): () => void;
  /** Takes note of the end of a stream. */
  ended(): void;
  /** Has some connections read again. Returns whether others are left. To be called in every turn of the event loop while there are. */
  next(): boolean;
}

/** Who has sent a stream: the app, or where that is not known the connection itself. */
export type Caller = string | Http2Session;

/** The number of streams, of those that came when they were last read, whose connections are read again in one turn. */
const readsPerTurn = 32;
/** The number of streams that a new connection counts for. */
const newConnection = 4;

/** The weight of streams that wait, in all, until connections are read no further; and of those of one connection. */
const maxWaiting = 4_000;
const maxWaitingEach = 100;
/** Weight that each connection may have waiting, however many connections there are. */
const minWaitingEach = 8;
/** A connection is read again when it has no more than this waiting. */
const few = minWaitingEach / 2;

/** How often in a row a connection is read again without a stream that waits, until it is like any other. */
const idleReads = 256;

/** The number of streams that end in one turn, as those of a large connection do, until suspects take turns. */
const maxEnds = 100;

/** A connection that is new, has streams that wait, or has had too many of them. */
interface Peer {
  readonly session: Http2Session;
  /** The sum of the weights of its streams that wait. */
  weight: number;
  /** Streams that have waited since it was last read again. */
  streams: number;
  idleReads: number;
  isNew: boolean;
  isPaused: boolean;
  /** Who has sent the newest of its streams. */
  caller: Caller;
}

/**
 * Bounds how much one turn of the event loop reads. A connection with too many streams that wait is not read until they have begun, and
 * then when it is its turn: were all of them read again at once, the streams that arrive would fill a turn of the event loop by themselves.
 *
 * Connections that have had too many once, and new ones, are suspects. When one of them has too many the others are not read any more in
 * the same turn, however much they have sent, and take turns with it. A connection that has shown less is read all the time.
 *
 * @param setReading Has a connection read, or not.
 */
export function createReadingTurns(
  setReading: (session: Http2Session, isReading: boolean) => void,
): ReadingTurns {
  const peers = new Map<Http2Session, Peer>();
  const suspects = new Set<Peer>();
  /** Those that are read again when it is their turn. */
  const unread = createRound<Caller, Peer, Queue<Peer>>(createQueue);
  /** Connections with streams that wait. */
  let waiting = 0;
  /** Streams that have ended in this turn. */
  let ends = 0;

  function peerOf(session: Http2Session): Peer {
    const known = peers.get(session);
    if (known) return known;
    const peer: Peer = {
      ...{ session, caller: session, weight: 0, streams: 0, idleReads: 0, isNew: false, isPaused: false },
    };
    peers.set(session, peer);
    return peer;
  }

  function forgetIfIdle(peer: Peer): void {
    if (peer.weight === 0 && !peer.isPaused && !suspects.has(peer)) peers.delete(peer.session);
  }

  function isTooMuch({ weight }: Peer): boolean {
    return weight >= Math.max(minWaitingEach, Math.min(maxWaitingEach, maxWaiting / waiting));
  }

  function showsStream(peer: Peer): void {
    if (!peer.isNew) return;
    peer.isNew = false;
    suspects.delete(peer);
  }

  function takeTurns(): void {
    for (const suspect of suspects) pause(suspect);
  }

  function pause(peer: Peer): void {
    if (peer.isPaused) return;
    peer.isPaused = true;
    setReading(peer.session, false);
    if (peer.weight <= few) queue(peer);
  }

  function queue(peer: Peer): void {
    unread.lineOf(peer.caller).push(peer);
  }

  function readAgain(peer: Peer): void {
    peer.isPaused = false;
    peer.idleReads = peer.streams === 0 ? peer.idleReads + 1 : 0;
    peer.streams = 0;
    if (peer.idleReads >= idleReads) suspects.delete(peer);
    forgetIfIdle(peer);
    setReading(peer.session, true);
  }

  return {
    opened(session) {
      const peer = peerOf(session);
      peer.isNew = true;
      suspects.add(peer);
      session.once("close", () => {
        suspects.delete(peer);
        forgetIfIdle(peer);
      });
    },
    began(session) {
      const peer = peers.get(session);
      if (!peer) return;
      showsStream(peer);
      forgetIfIdle(peer);
    },
    waits(session, weight, caller) {
      const peer = peerOf(session);
      showsStream(peer);
      peer.caller = caller;
      if (peer.weight === 0) waiting += 1;
      peer.weight += weight;
      peer.streams += 1;
      if (isTooMuch(peer)) {
        suspects.add(peer);
        if (!peer.isPaused) takeTurns();
      }
      return () => {
        const before = peer.weight;
        peer.weight -= weight;
        if (peer.weight === 0) waiting -= 1;
        if (peer.isPaused && before > few && peer.weight <= few) queue(peer);
        forgetIfIdle(peer);
      };
    },
    ended() {
      ends += 1;
      if (ends === maxEnds) takeTurns();
    },
    next() {
      ends = 0;
      for (let streams = 0; streams < readsPerTurn; ) {
        const peer = unread.shift();
        if (!peer) break;
        // It had more streams meanwhile, and comes again when they have begun.
        if (!peer.isPaused || peer.weight > few) continue;
        streams += peer.isNew ? newConnection : Math.max(1, peer.streams);
        readAgain(peer);
      }
      return !unread.isEmpty;
    },
  };
}
