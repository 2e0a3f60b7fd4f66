import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { LinkedList } from "../../base/linked_list.js";
import { createRound, type Round } from "../../base/turns/round.js";
import { createStartTurns, type Waiting } from "../../base/turns/start_turns.js";
import { type Caller, createReadingTurns, type ReadConnections } from "./reading_turns.js";

/** A queue of streams that have arrived and that grpc-js has not got yet. */
export interface StreamQueue {
  /** Registers a connection before anything is read from it. */
  opened(session: Http2Session): void;
  /**
   * Returns true, and counts the stream as begun, if it may begin at once: no other waits, and the turn has room.
   * It does the same as {@link enqueue} without functions of the stream's own.
   */
  tryStart(stream: QueuedStream): boolean;
  /**
   * Calls `start` when the stream's turn comes. Never calls it if the stream closes first.
   *
   * @param weight Number of streams that it counts as while it waits.
   * @param appOf Returns the app that has sent the stream, if known. Called only if the stream has to wait.
   */
  enqueue(stream: QueuedStream, weight: number, start: () => void, appOf: () => string | undefined): void;
  /** Registers that a stream has closed after it left the queue. */
  ended(): void;
}

type QueuedStream = Pick<ServerHttp2Stream, "session" | "once" | "off">;

/**
 * Number of streams that begin in one turn. A call is authenticated in it, and then rejected or started.
 */
const startsPerTurn = 128;
/**
 * Number of waiting streams above which fewer begin in a turn. Shorter turns delay the calls of other clients
 * less. With a short queue they are not worth the fixed cost of a turn.
 */
const longQueue = 256;
const startsPerTurnOfLongQueue = 16;

type Lines = Round<Http2Session, Waiting, LinkedList<Waiting>>;

/**
 * Creates a queue that limits how many streams grpc-js begins in one turn of the event loop. Apps take turns,
 * and so do the connections of each app.
 *
 * One turn reads everything that has arrived on all connections, which may be thousands of streams. The work
 * of grpc-js for a stream costs several times as much as its arrival, and would delay other clients' calls,
 * timers and signals by seconds. So connections with many waiting streams are not read meanwhile
 * (`reading_turns.ts`). Streams are not reset: a reset costs more than the stream, and makes the peer send
 * the next one within the same turn. A stream that its peer resets while it waits costs nothing more.
 *
 * @param connections The connections that are read in turns.
 */
export function createStreamQueue(connections: ReadConnections): StreamQueue {
  const reading = createReadingTurns(connections);
  const scheduler = createRound<Caller, Waiting, Lines>(() =>
    createRound<Http2Session, Waiting, LinkedList<Waiting>>(() => new LinkedList()),
  );
  /** Number of waiting streams. */
  let size = 0;
  const maxStarts = () => (size > longQueue ? startsPerTurnOfLongQueue : startsPerTurn);
  const turns = createStartTurns(scheduler, maxStarts, reading.next);

  function ended(): void {
    reading.ended();
    // The stream's connection may have to be resumed.
    turns.schedule();
  }

  function tryStart({ session }: QueuedStream): boolean {
    if (!session || !turns.tryStart()) return false;
    reading.began(session);
    return true;
  }

  return {
    opened: reading.opened,
    ended,
    tryStart,
    enqueue(stream, weight, start, appOf) {
      const { session } = stream;
      // The connection is already gone.
      if (!session) return;
      if (tryStart(stream)) return start();
      const caller = appOf() ?? session;
      const leave = reading.waits(session, weight, caller);
      size += 1;
      const dequeue = () => {
        size -= 1;
        leave();
      };
      const onClose = () => {
        entry.isOver = true;
        dequeue();
        ended();
      };
      const entry: Waiting = {
        isOver: false,
        start() {
          // Otherwise a watch would keep the listener for hours.
          stream.off("close", onClose);
          dequeue();
          start();
        },
      };
      stream.once("close", onClose);
      scheduler.lineOf(caller).lineOf(session).push(entry);
    },
  };
}
