import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { createQueue, type Queue } from "../calls/queue.js";
import { createRound, type Round } from "../calls/round.js";
import { type Caller, createReadingTurns } from "./reading_turns.js";

/** Streams that have arrived and that grpc-js has not got yet. */
export interface StreamQueue {
  /** Takes a connection into account, before anything of it is read. */
  opened(session: Http2Session): void;
  /**
   * Calls `start` when it is the turn of the stream; never, if the stream is closed before.
   *
   * @param weight How many streams it counts for while it waits.
   * @param appOf Returns the app that has sent it, if that is known. Called for a stream that has to wait.
   */
  enqueue(stream: QueuedStream, weight: number, start: () => void, appOf: () => string | undefined): void;
  /** Takes note of a stream that has left the queue and is closed. */
  ended(): void;
}

type QueuedStream = Pick<ServerHttp2Stream, "session" | "once" | "off">;

/** Some 5 to 10 milliseconds of work: a call is authenticated, and refused or begun. */
const startsPerTurn = 128;
/** With more streams waiting than these, fewer begin in a turn: each turn costs some, and gives the calls of others their time. */
const flood = 256;
const startsPerTurnOfFlood = 16;

interface Waiting {
  /** Whether the stream has been closed while it waited. */
  over: boolean;
  start(): void;
}

type Lines = Round<Http2Session, Waiting, Queue<Waiting>>;

/**
 * Bounds how many streams grpc-js begins in one turn of the event loop. Apps take turns, and so do the connections of each.
 *
 * A turn reads all that has arrived on all connections, which may be thousands of streams. What grpc-js does for a stream costs
 * several times as much as its arrival, and would delay the calls of other clients, timers and signals by seconds. So connections with
 * many streams that wait are not read meanwhile (`reading_turns.ts`). Streams are not refused: a reset costs more than the stream,
 * and has the peer send the next one within the same turn. A stream that is reset while it waits costs nothing more.
 *
 * @param setReading Has a connection read, or not.
 */
export function createStreamQueue(
  setReading: (session: Http2Session, isReading: boolean) => void,
): StreamQueue {
  const reading = createReadingTurns(setReading);
  const scheduler = createRound<Caller, Waiting, Lines>(() =>
    createRound<Http2Session, Waiting, Queue<Waiting>>(createQueue),
  );
  /** Streams that wait. */
  let size = 0;
  let free = startsPerTurn;
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(nextTurn);
  }

  function nextTurn(): void {
    isScheduled = false;
    const starts = size > flood ? startsPerTurnOfFlood : startsPerTurn;
    free = starts;
    while (free > 0 && !scheduler.isEmpty) {
      const waitingWeights = scheduler.shift();
      if (!waitingWeights || waitingWeights.over) continue;
      free -= 1;
      waitingWeights.start();
    }
    const areUnread = reading.next();
    if (free < starts || areUnread) schedule();
  }

  function ended(): void {
    reading.ended();
    // Its connection may have to be read again.
    schedule();
  }

  return {
    opened: reading.opened,
    ended,
    enqueue(stream, weight, start, appOf) {
      const { session } = stream;
      // The connection has gone.
      if (!session) return;
      schedule();
      if (free > 0 && scheduler.isEmpty) {
        free -= 1;
        reading.began(session);
        return start();
      }
      const caller = appOf() ?? session;
      const leave = reading.waits(session, weight, caller);
      size += 1;
      const waitsNoMore = () => {
        size -= 1;
        leave();
      };
      const onClose = () => {
        waitingWeights.over = true;
        waitsNoMore();
        ended();
      };
      const waitingWeights: Waiting = {
        over: false,
        start() {
          // A watch lasts for hours, and would keep the listener.
          stream.off("close", onClose);
          waitsNoMore();
          start();
        },
      };
      stream.once("close", onClose);
      scheduler.lineOf(caller).lineOf(session).push(waitingWeights);
    },
  };
}
