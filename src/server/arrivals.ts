import { constants, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { createFairQueue } from "./fair_queue.js";
import type { FloodLog } from "./flood_log.js";

/** Streams that have arrived and that grpc-js has not got yet. */
export interface Arrivals {
  /** Calls `start` when it is the turn of the stream; never, if the stream is refused or closed before. */
  add(stream: ServerHttp2Stream, start: () => void): void;
}

/** Some 10 milliseconds of work: a call is authenticated, and refused or begun. */
const startsPerTurn = 64;

/** Streams that wait, of all connections. Some seconds of work, and with metadata of 20 KiB each 80 MiB. */
const maxWaiting = 4_000;

/**
 * Bounds how many streams grpc-js begins in one turn of the event loop; connections take turns.
 *
 * A turn reads all that has arrived on all connections, which may be thousands of streams. What grpc-js does for a stream costs
 * several times as much as its arrival, and would delay the calls of other clients, timers and signals by seconds. Over the bound a
 * connection delays only itself, and a stream that is reset while it waits costs nothing more. When too many wait, a connection
 * with more than its share of them has further ones refused, which clients may repeat (RFC 9113, section 8.7).
 */
export function createArrivals(floods: FloodLog): Arrivals {
  const queue = createFairQueue<Http2Session | undefined>(startsPerTurn);
  const waiting = new Map<Http2Session | undefined, number>();
  let total = 0;

  function count(session: Http2Session | undefined, change: 1 | -1): void {
    const next = (waiting.get(session) ?? 0) + change;
    total += change;
    if (next > 0) waiting.set(session, next);
    else waiting.delete(session);
  }

  function isCrowded(session: Http2Session | undefined): boolean {
    return total >= maxWaiting && (waiting.get(session) ?? 0) >= maxWaiting / waiting.size;
  }

  return {
    add(stream, start) {
      const { session } = stream;
      if (isCrowded(session)) {
        floods.count("streamsRefused");
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        return;
      }
      const turn = queue.turn(session, { onEnd: (listener) => stream.once("close", listener) });
      if (turn === undefined) return start();
      count(session, 1);
      turn.finally(() => count(session, -1)).then(start, ignoreClosed);
    },
  };
}

function ignoreClosed(): void {
  // The peer has reset the stream, and nothing was begun for it.
}
