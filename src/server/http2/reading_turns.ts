import type { Http2Session } from "node:http2";
import { LinkedList } from "../../base/linked_list.js";
import { createRound } from "../../base/turns/round.js";
import type { Connections } from "./connections.js";

/** Connections that are read in turns while streams arrive faster than they begin. */
export interface ReadingTurns {
  /** Registers a connection before anything is read from it. */
  opened(session: Http2Session): void;
  /** Registers a stream that begins at once. */
  began(session: Http2Session): void;
  /** Registers a stream that waits. Returns a function to be called when it no longer waits. */
  waits(session: Http2Session, weight: number, caller: Caller): () => void;
  /** Registers the end of a stream. */
  ended(): void;
  /**
   * Resumes reading from some connections. Returns whether others are left. To be called in every turn of the
   * event loop until it returns false.
   */
  next(): boolean;
}

/** The part of the connections that reading in turns needs. */
export type ReadConnections = Pick<Connections, "setReading" | "runningCallsOf">;

/** Sender of a stream: the app, or the connection itself if the app is unknown. */
export type Caller = string | Http2Session;

/**
 * Number of streams for which connections are resumed in one turn. A connection counts as many as arrived
 * when it was last read, or as many as are open on it, whichever is larger. All of them end at once if the peer
 * has closed the connection meanwhile.
 */
const readsPerTurn = 32;
/** Number of streams that a new connection counts as when it is resumed. */
const streamsOfNewConnection = 4;

/**
 * Weight of waiting streams at which reading from a connection stops: of all connections together, and of one
 * connection.
 */
const maxWaiting = 4_000;
const maxWaitingEach = 100;
/** Weight of waiting streams that each connection may always have, however many connections there are. */
const minWaitingEach = 8;
/** Weight of waiting streams at or below which a paused connection may be read again. */
const resumeWeight = minWaitingEach / 2;

/** Number of successive reads without a waiting stream after which a connection is no longer a suspect. */
const maxIdleReads = 256;

/**
 * Number of streams that end in one turn at which suspects are paused. Many end at once when a connection
 * with many streams closes.
 */
const maxEnds = 100;

/** A connection that is new, has waiting streams, or once had too many. */
interface Peer {
  readonly session: Http2Session;
  /** Sum of the weights of its waiting streams. */
  weight: number;
  /** Number of its streams that have waited since it was last resumed. */
  streams: number;
  idleReads: number;
  isNew: boolean;
  isPaused: boolean;
  /** Sender of its newest stream. */
  caller: Caller;
}

/**
 * Creates the limits on how much one turn of the event loop reads. A connection with too many waiting streams
 * is not read until they have begun, and then only when its turn comes. If all connections were resumed
 * together, their new streams would fill a whole turn of the event loop.
 *
 * New connections, and those that once had too many waiting streams, are suspects. As soon as a connection has
 * too many, all suspects are paused and from then on are read in turns. Other connections are read all the
 * time.
 *
 * @param connections Starts or stops reading from a connection, and counts its calls in progress.
 */
export function createReadingTurns(connections: ReadConnections): ReadingTurns {
  const peers = new Map<Http2Session, Peer>();
  const suspects = new Set<Peer>();
  /** Paused connections that are resumed when their turn comes. */
  const unread = createRound<Caller, Peer, LinkedList<Peer>>(() => new LinkedList());
  /** Number of connections with waiting streams. */
  let waitingPeers = 0;
  /** Number of streams that have ended in this turn. */
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
    return weight >= Math.max(minWaitingEach, Math.min(maxWaitingEach, maxWaiting / waitingPeers));
  }

  /** Clears a new connection of suspicion when its first stream arrives. */
  function onStream(peer: Peer): void {
    if (!peer.isNew) return;
    peer.isNew = false;
    suspects.delete(peer);
  }

  /** Pauses all suspects, so that they are read in turns. */
  function pauseSuspects(): void {
    for (const suspect of suspects) pause(suspect);
  }

  function pause(peer: Peer): void {
    if (peer.isPaused) return;
    peer.isPaused = true;
    connections.setReading(peer.session, false);
    if (peer.weight <= resumeWeight) enqueue(peer);
  }

  function enqueue(peer: Peer): void {
    unread.lineOf(peer.caller).push(peer);
  }

  function resume(peer: Peer): void {
    peer.isPaused = false;
    peer.idleReads = peer.streams === 0 ? peer.idleReads + 1 : 0;
    peer.streams = 0;
    if (peer.idleReads >= maxIdleReads) suspects.delete(peer);
    forgetIfIdle(peer);
    connections.setReading(peer.session, true);
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
      onStream(peer);
      forgetIfIdle(peer);
    },
    waits(session, weight, caller) {
      const peer = peerOf(session);
      onStream(peer);
      peer.caller = caller;
      if (peer.weight === 0) waitingPeers += 1;
      peer.weight += weight;
      peer.streams += 1;
      if (isTooMuch(peer)) {
        suspects.add(peer);
        if (!peer.isPaused) pauseSuspects();
      }
      return () => {
        const before = peer.weight;
        peer.weight -= weight;
        if (peer.weight === 0) waitingPeers -= 1;
        if (peer.isPaused && before > resumeWeight && peer.weight <= resumeWeight) enqueue(peer);
        forgetIfIdle(peer);
      };
    },
    ended() {
      ends += 1;
      if (ends === maxEnds) pauseSuspects();
    },
    next() {
      ends = 0;
      for (let streams = 0; streams < readsPerTurn; ) {
        const peer = unread.shift();
        if (!peer) break;
        // More of its streams wait by now. The connection is queued again once they have begun.
        if (!peer.isPaused || peer.weight > resumeWeight) continue;
        streams += peer.isNew
          ? streamsOfNewConnection
          : Math.max(1, peer.streams, connections.runningCallsOf(peer.session));
        resume(peer);
      }
      return !unread.isEmpty;
    },
  };
}
