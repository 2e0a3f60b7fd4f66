import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { status } from "@grpc/grpc-js";
import type { Connections, RunningConnection } from "./connections.js";
import type { LimitEventLog } from "./limit_event_log.js";

export interface CallLimits {
  readonly metadataBytes: number;
  /** Requests that have begun and are not complete. One with large metadata counts for several. */
  readonly incompleteRequests: number;
  /** Time that a request may take to arrive, and an answer to be read, in sweeps. */
  readonly requestSweeps: number;
  /** Time that a call may last whose requests are a stream, in sweeps. */
  readonly requestStreamSweeps: number;
  /** Least age of a request that is ended because there are too many, in sweeps. */
  readonly minEvictionSweeps: number;
}

/** The streams of a server that carry calls, whatever they call. */
export interface OpenCalls {
  /**
   * Returns whether the metadata of the call is small enough. One whose metadata is not has been answered.
   *
   * @param metadataSize As RFC 9113 counts it.
   */
  acceptMetadata(stream: ServerHttp2Stream, metadataSize: number): boolean;
  /**
   * Takes a call into account that grpc-js is about to get.
   *
   * @param weight How many requests it counts for while it is incomplete.
   */
  add(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, weight: number): void;
  /** Ends calls that have had their time. To be called regularly. */
  sweep(): void;
}

export interface MethodTraits {
  /** The side that has a stream of messages, if any. */
  readonly kind: "unary" | "responseStream" | "requestStream";
  readonly needsCredential: boolean;
}

interface Call {
  readonly stream: ServerHttp2Stream;
  /** Whose stream it is, also when the stream has gone. */
  readonly session: Http2Session | undefined;
  readonly hasNoBody: boolean;
  readonly kind: MethodTraits["kind"];
  readonly needsCredential: boolean;
  readonly weight: number;
  /** The set that it is in; undefined in its first turn of the event loop, and when it is over. */
  group: Set<Call> | undefined;
  /** The connection that it counts for. */
  connection: RunningConnection | undefined;
  isOver: boolean;
  /** The sweep since which it waits for what it waits for. */
  since: number;
  /** Whether it had been answered when it was looked at last. */
  isAnswered: boolean;
}

/** However many wait, no more than this many times the limit do, young ones included. */
const hardLimitFactor = 5;

const endStream = constants.NGHTTP2_FLAG_END_STREAM;

/**
 * Bounds what a peer can have a server hold: metadata that is too large is refused at once, a request whose end does not come
 * is ended in time, and so is a stream whose answer the peer does not read. gRPC knows no such limits, and for grpc-js a call is over
 * when it has been answered; its stream stays as long as the peer likes.
 *
 * @param connections Counts the calls whose request is complete.
 * @param traitsOf Describes the method of a path.
 * @param closed Called when the stream of a call is closed.
 */
export function createOpenCalls(
  limits: CallLimits,
  connections: Pick<Connections, "trackCall" | "ended">,
  traitsOf: (path: string | undefined) => MethodTraits,
  closed: () => void,
  limitEvents: LimitEventLog,
): OpenCalls {
  /** Those without the end of their request, oldest first. */
  const incomplete = new Set<Call>();
  /** Those with a stream of requests, oldest first. */
  const streaming = new Set<Call>();
  /** Those with it, in the order in which they are looked at. */
  const running = new Set<Call>();
  /** Those that have begun in this turn of the event loop. Most are over when it ends, and never enter a set. */
  let begun: Call[] = [];
  /** The sum of the weights of the incomplete ones. */
  let incompleteWeight = 0;
  let sweeps = 0;

  function enter(group: Set<Call>, call: Call): void {
    call.group = group;
    group.add(call);
  }

  function leave(call: Call): void {
    if (call.group?.delete(call) && call.group === incomplete) incompleteWeight -= call.weight;
    call.group = undefined;
  }

  /** Ends the oldest incomplete calls while there are too many: about as many as have come with the newest. */
  function evictOldest(newest: Call): void {
    let ended = 0;
    for (const oldest of incomplete) {
      if (ended >= newest.weight || incompleteWeight <= limits.incompleteRequests) return;
      const isOld = sweeps - oldest.since >= limits.minEvictionSweeps;
      if (!isOld && incompleteWeight <= hardLimitFactor * limits.incompleteRequests) return;
      // By itself it is never too many.
      if (oldest === newest) return;
      limitEvents.count("requestsEvicted");
      leave(oldest);
      ended += oldest.weight;
      end(oldest.stream, status.RESOURCE_EXHAUSTED, "too many requests are incomplete");
    }
  }

  function endOverdue(calls: Set<Call>, limit: number): void {
    for (const call of calls) {
      if (sweeps - call.since <= limit) break;
      limitEvents.count("requestsTimedOut");
      leave(call);
      end(call.stream, status.DEADLINE_EXCEEDED, "the request did not arrive in time");
    }
  }

  function complete(call: Call): void {
    leave(call);
    call.since = sweeps;
    enter(running, call);
    countForConnection(call);
  }

  function countForConnection(call: Call): void {
    call.connection = connections.trackCall(call.session);
    // Strangers could hold every connection of an address with watches of the health, or answers that they do not read.
    if (!call.needsCredential) countNoMore(call);
  }

  function countNoMore(call: Call): void {
    if (call.connection) connections.ended(call.connection);
    call.connection = undefined;
  }

  function untrack(call: Call): void {
    call.isOver = true;
    leave(call);
    countNoMore(call);
    closed();
  }

  /** Puts the calls that have begun in this turn of the event loop where they belong. */
  function settle(): void {
    const calls = begun;
    begun = [];
    for (const call of calls) {
      const { stream, kind } = call;
      const isComplete = call.hasNoBody || stream.readableEnded;
      if (call.isOver) {
        // Its connection has proved something all the same.
        if (isComplete) countForConnection(call);
        countNoMore(call);
      } else if (kind === "requestStream") {
        enter(streaming, call);
        countForConnection(call);
      } else if (isComplete) complete(call);
      else {
        enter(incomplete, call);
        incompleteWeight += call.weight;
        stream.on("end", () => complete(call));
        if (incompleteWeight > limits.incompleteRequests) evictOldest(call);
      }
    }
  }

  return {
    acceptMetadata(stream, metadataSize) {
      if (metadataSize > limits.metadataBytes) {
        limitEvents.count("metadataTooLarge");
        const text = `the metadata has more than ${limits.metadataBytes} bytes`;
        end(stream, status.RESOURCE_EXHAUSTED, text);
        return false;
      }
      return true;
    },
    add(stream, headers, flags, weight) {
      const { kind, needsCredential } = traitsOf(headers[":path"]);
      const call: Call = {
        stream,
        session: stream.session,
        hasNoBody: (flags & endStream) !== 0,
        kind,
        needsCredential,
        weight,
        group: undefined,
        connection: undefined,
        since: sweeps,
        isAnswered: false,
        isOver: false,
      };
      stream.on("close", () => untrack(call));
      if (begun.push(call) === 1) setImmediate(settle);
    },
    sweep() {
      sweeps += 1;
      endOverdue(incomplete, limits.requestSweeps);
      endOverdue(streaming, limits.requestStreamSweeps);
      for (const call of running) {
        if (sweeps - call.since <= limits.requestSweeps) break;
        leave(call);
        if (call.isAnswered) {
          limitEvents.count("responsesNotRead");
          call.stream.close(constants.NGHTTP2_CANCEL);
        } else {
          call.isAnswered = isAnswered(call);
          call.since = sweeps;
          enter(running, call);
        }
      }
    },
  };
}

/** Answers, unless that has been done, and resets the stream. */
function end(stream: ServerHttp2Stream, code: status, details: string): void {
  if (stream.destroyed || stream.closed) return;
  // Nobody else may listen. The stream closes all the same.
  stream.on("error", () => {});
  if (!stream.headersSent) {
    stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc+proto",
        "grpc-status": code,
        "grpc-message": details,
      },
      { endStream: true },
    );
  }
  // The whole answer is sent, and the rest of the request is not wanted: RFC 9113, section 8.1.
  stream.close(stream.writableEnded ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL);
}

/** Whether nothing but its peer keeps a call from being over. A stream of responses may rest as long as it is not ended. */
function isAnswered({ stream, kind }: Call): boolean {
  return stream.writableEnded || (kind === "unary" && stream.writableLength > 0);
}
